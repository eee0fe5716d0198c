// Command clients uses a cluster as ordinary Go programs do: client-go's informers, leader election, dynamic client, apply configurations and executors, and
// controller-runtime's manager. It takes no account of what kind of server answers. KUBECONFIG names the cluster; each check prints a line.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// checkTimeout bounds one check.
const checkTimeout = 60 * time.Second

// cluster is what every check is given.
type cluster struct {
	config    *rest.Config
	clients   kubernetes.Interface
	namespace string
}

var checks = []struct {
	name string
	run  func(context.Context, cluster) error
}{
	{"informers", watchCaches},
	{"leader election", leaderElection},
	{"dynamic client", dynamicClient},
	{"apply configurations", applyConfigurations},
	{"executors", executors},
	{"manager", manager},
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		fail("configuration", err)
	}
	config.QPS = -1 // The default of five a second measures the client.
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		fail("client", err)
	}
	for _, check := range checks {
		began := time.Now()
		ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
		if err := check.run(ctx, cluster{config: config, clients: clients, namespace: "default"}); err != nil {
			fail(check.name, err)
		}
		cancel()
		fmt.Printf("ok %s (%s)\n", check.name, time.Since(began).Round(time.Millisecond))
	}
}

func fail(what string, err error) {
	fmt.Fprintf(os.Stderr, "FAIL %s: %v\n", what, err)
	os.Exit(1)
}

// eventually looks until there is something to see.
func eventually(ctx context.Context, what string, look func() (bool, error)) error {
	for {
		seen, err := look()
		if seen {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: not seen in time: %w", what, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
