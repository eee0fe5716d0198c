package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/streaming/pkg/httpstream"
)

// executors runs `cat` in the pod "shell" over a WebSocket, over SPDY, and over the one that falls back.
func executors(ctx context.Context, c cluster) error {
	url := c.clients.CoreV1().RESTClient().Post().Resource("pods").Namespace(c.namespace).Name("shell").SubResource("exec").
		VersionedParams(&corev1.PodExecOptions{Command: []string{"cat"}, Stdin: true, Stdout: true, Stderr: true}, scheme.ParameterCodec).URL()
	spdy, err := remotecommand.NewSPDYExecutor(c.config, "POST", url)
	if err != nil {
		return err
	}
	webSocket, err := remotecommand.NewWebSocketExecutor(c.config, "GET", url.String())
	if err != nil {
		return err
	}
	fallback, err := remotecommand.NewFallbackExecutor(webSocket, spdy, func(err error) bool {
		return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
	})
	if err != nil {
		return err
	}
	for name, executor := range map[string]remotecommand.Executor{"SPDY": spdy, "WebSocket": webSocket, "fallback": fallback} {
		said := strings.Repeat(name, 1000)
		var heard, complaints bytes.Buffer
		if err := executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: strings.NewReader(said), Stdout: &heard, Stderr: &complaints}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if heard.String() != said {
			return fmt.Errorf("%s: said %d bytes, heard %d: %s", name, len(said), heard.Len(), complaints.String())
		}
	}
	return nil
}
