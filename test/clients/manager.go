package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/scheme"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

const finalizer = "rampart.test/manager"

// mirror writes a Secret beside each ConfigMap that is labelled so, owned by it, and holds its deletion until it was told.
type mirror struct {
	client.Client
	finalized chan string
}

func (m mirror) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var source corev1.ConfigMap
	if err := m.Get(ctx, request.NamespacedName, &source); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if source.Labels["check"] != "manager" {
		return ctrl.Result{}, nil
	}
	if !source.DeletionTimestamp.IsZero() {
		if controllerutil.RemoveFinalizer(&source, finalizer) {
			m.finalized <- source.Name
			return ctrl.Result{}, m.Update(ctx, &source)
		}
		return ctrl.Result{}, nil
	}
	if controllerutil.AddFinalizer(&source, finalizer) {
		return ctrl.Result{}, m.Update(ctx, &source)
	}
	copied := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: source.Name, Namespace: source.Namespace}}
	_, err := controllerutil.CreateOrUpdate(ctx, m.Client, copied, func() error {
		copied.StringData = source.Data
		return controllerutil.SetControllerReference(&source, copied, m.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, err
	}
	before := source.DeepCopy()
	if source.Annotations == nil {
		source.Annotations = map[string]string{}
	}
	source.Annotations["mirrored"] = copied.ResourceVersion
	return ctrl.Result{}, m.Patch(ctx, &source, client.MergeFrom(before))
}

// manager runs controller-runtime's manager with a leader, a cache with an index, and a controller that owns what it makes.
func manager(ctx context.Context, c cluster) error {
	log.SetLogger(logr.Discard())
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m, err := ctrl.NewManager(c.config, ctrl.Options{
		Scheme:                        scheme.Scheme,
		Metrics:                       server.Options{BindAddress: "0"},
		Cache:                         cache.Options{DefaultNamespaces: map[string]cache.Config{c.namespace: {}}},
		LeaderElection:                true,
		LeaderElectionID:              "manager.rampart.test",
		LeaderElectionNamespace:       c.namespace,
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return err
	}
	byMode := func(object client.Object) []string { return []string{object.GetLabels()["check"]} }
	if err := m.GetFieldIndexer().IndexField(ctx, &corev1.ConfigMap{}, "check", byMode); err != nil {
		return err
	}
	mirroring := mirror{Client: m.GetClient(), finalized: make(chan string, 10)}
	if err := ctrl.NewControllerManagedBy(m).For(&corev1.ConfigMap{}).Owns(&corev1.Secret{}).Complete(mirroring); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- m.Start(ctx) }()

	direct := m.GetClient()
	source := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: "source", Namespace: c.namespace, Labels: map[string]string{"check": "manager"}},
		Data:       map[string]string{"a": "b"},
	}
	if err := direct.Create(ctx, source); err != nil {
		return err
	}
	copied := &corev1.Secret{}
	key := client.ObjectKeyFromObject(source)
	err = eventually(ctx, "the copy", func() (bool, error) {
		err := m.GetAPIReader().Get(ctx, key, copied)
		return err == nil && string(copied.Data["a"]) == "b" && metav1.IsControlledBy(copied, source), err
	})
	if err != nil {
		return err
	}
	// What is taken away is made again; the watch on what it owns tells.
	if err := direct.Delete(ctx, copied); err != nil {
		return err
	}
	err = eventually(ctx, "another copy", func() (bool, error) {
		again := &corev1.Secret{}
		err := m.GetAPIReader().Get(ctx, key, again)
		return err == nil && again.UID != copied.UID, err
	})
	if err != nil {
		return err
	}
	var found corev1.ConfigMapList
	err = eventually(ctx, "one in the index", func() (bool, error) {
		err := direct.List(ctx, &found, client.InNamespace(c.namespace), client.MatchingFields{"check": "manager"})
		return err == nil && len(found.Items) == 1, err
	})
	if err != nil {
		return err
	}
	if err := direct.Delete(ctx, source); err != nil {
		return err
	}
	select {
	case <-mirroring.finalized:
	case <-ctx.Done():
		return errors.New("the finalizer was never called")
	}
	err = eventually(ctx, "the end of the source", func() (bool, error) {
		err := m.GetAPIReader().Get(ctx, key, source)
		return client.IgnoreNotFound(err) == nil && err != nil, err
	})
	if err != nil {
		return err
	}
	cancel()
	if err := <-ended; err != nil {
		return fmt.Errorf("the manager ended with %w", err)
	}
	return nil
}
