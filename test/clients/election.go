package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// leaderElection lets two candidates stand: one leads, lets go, and the other leads after it.
func leaderElection(ctx context.Context, c cluster) error {
	led := make(chan string, 2)
	candidate := func(ctx context.Context, name string) error {
		lock := &resourcelock.LeaseLock{
			LeaseMeta:  metav1.ObjectMeta{Namespace: c.namespace, Name: "election"},
			Client:     c.clients.CoordinationV1(),
			LockConfig: resourcelock.ResourceLockConfig{Identity: name},
		}
		elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
			Lock:            lock,
			LeaseDuration:   3 * time.Second,
			RenewDeadline:   2 * time.Second,
			RetryPeriod:     200 * time.Millisecond,
			ReleaseOnCancel: true,
			Callbacks: leaderelection.LeaderCallbacks{
				OnStartedLeading: func(context.Context) { led <- name },
				OnStoppedLeading: func() {},
			},
		})
		if err == nil {
			go elector.Run(ctx)
		}
		return err
	}
	first, stopFirst := context.WithCancel(ctx)
	defer stopFirst()
	second, stopSecond := context.WithCancel(ctx)
	defer stopSecond()
	if err := candidate(first, "first"); err != nil {
		return err
	}
	if name := <-led; name != "first" {
		return fmt.Errorf("%s leads", name)
	}
	if err := candidate(second, "second"); err != nil {
		return err
	}
	select {
	case name := <-led:
		return fmt.Errorf("%s leads beside the first", name)
	case <-time.After(time.Second):
	}
	stopFirst()
	select {
	case name := <-led:
		if name != "second" {
			return fmt.Errorf("%s leads after the first", name)
		}
	case <-ctx.Done():
		return errors.New("nobody leads after the first")
	}
	lease, err := c.clients.CoordinationV1().Leases(c.namespace).Get(ctx, "election", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if *lease.Spec.HolderIdentity != "second" || *lease.Spec.LeaseTransitions < 1 {
		return fmt.Errorf("the lease says %v", lease.Spec)
	}
	return nil
}
