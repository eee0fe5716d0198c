package main

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/util/retry"
)

// dynamicClient finds a kind by discovery alone, and reads, writes, scales and watches it without its Go type.
func dynamicClient(ctx context.Context, c cluster) error {
	finder, err := discovery.NewDiscoveryClientForConfig(c.config)
	if err != nil {
		return err
	}
	mapper := restmapper.NewShortcutExpander(restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(finder)), memory.NewMemCacheClient(finder), nil)
	resource, err := mapper.ResourceFor(schema.GroupVersionResource{Resource: "deploy"})
	if err != nil {
		return err
	}
	client, err := dynamic.NewForConfig(c.config)
	if err != nil {
		return err
	}
	deployments := client.Resource(resource).Namespace(c.namespace)
	watcher, err := deployments.Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=dynamic"})
	if err != nil {
		return err
	}
	defer watcher.Stop()
	made, err := deployments.Create(ctx, deployment("dynamic"), metav1.CreateOptions{FieldValidation: "Strict"})
	if err != nil {
		return err
	}
	if made.GetGeneration() != 1 || made.GetUID() == "" {
		return fmt.Errorf("made %v", made)
	}
	scale, err := deployments.Get(ctx, "dynamic", metav1.GetOptions{}, "scale")
	if err != nil {
		return err
	}
	if err := unstructured.SetNestedField(scale.Object, int64(3), "spec", "replicas"); err != nil {
		return err
	}
	if _, err := deployments.Update(ctx, scale, metav1.UpdateOptions{}, "scale"); err != nil {
		return err
	}
	// The first copy is out of date: a conflict, and then the retry that every program has.
	made.SetAnnotations(map[string]string{"a": "b"})
	if _, err := deployments.Update(ctx, made, metav1.UpdateOptions{}); err == nil {
		return fmt.Errorf("an old copy was written over a newer one")
	}
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		now, err := deployments.Get(ctx, "dynamic", metav1.GetOptions{})
		if err != nil {
			return err
		}
		now.SetAnnotations(map[string]string{"a": "b"})
		_, err = deployments.Update(ctx, now, metav1.UpdateOptions{})
		return err
	})
	if err != nil {
		return err
	}
	background := metav1.DeletePropagationBackground
	if err := deployments.Delete(ctx, "dynamic", metav1.DeleteOptions{PropagationPolicy: &background}); err != nil {
		return err
	}
	for seen := range watcher.ResultChan() {
		if seen.Type == watch.Error {
			return fmt.Errorf("the watch ended: %v", seen.Object)
		}
		if seen.Type == watch.Deleted {
			replicas, _, err := unstructured.NestedInt64(seen.Object.(*unstructured.Unstructured).Object, "spec", "replicas")
			if err == nil && replicas != 3 {
				err = fmt.Errorf("%d replicas in the end", replicas)
			}
			return err
		}
	}
	return fmt.Errorf("the watch ended before the deletion")
}

func deployment(name string) *unstructured.Unstructured {
	labels := map[string]any{"app": name}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1",
		"kind":       "Deployment",
		"metadata":   map[string]any{"name": name},
		"spec": map[string]any{
			"replicas": int64(1),
			"selector": map[string]any{"matchLabels": labels},
			"template": map[string]any{
				"metadata": map[string]any{"labels": labels},
				"spec": map[string]any{
					"securityContext": map[string]any{"runAsNonRoot": true, "seccompProfile": map[string]any{"type": "RuntimeDefault"}},
					"containers": []any{map[string]any{
						"name": "main", "image": "example.invalid/app:1",
						"securityContext": map[string]any{"allowPrivilegeEscalation": false, "capabilities": map[string]any{"drop": []any{"ALL"}}},
					}},
				},
			},
		},
	}}
}
