package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/tools/cache"
)

const objects = 30

// watchCaches keeps caches of config maps, whole and metadata only, and compares them with what was written.
func watchCaches(ctx context.Context, c cluster) error {
	maps := c.clients.CoreV1().ConfigMaps(c.namespace)
	selector := "check=informers"
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	for i := range objects {
		if _, err := maps.Create(ctx, configMap(i), metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	factory := informers.NewSharedInformerFactoryWithOptions(c.clients, 0, informers.WithNamespace(c.namespace),
		informers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = selector }))
	informer := factory.Core().V1().ConfigMaps()
	var added, updated, deleted atomic.Int32
	if _, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { added.Add(1) },
		UpdateFunc: func(_, _ any) { updated.Add(1) },
		DeleteFunc: func(any) { deleted.Add(1) },
	}); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("the cache of %v never filled", kind)
		}
	}

	metaClient, err := metadata.NewForConfig(c.config)
	if err != nil {
		return err
	}
	metaFactory := metadatainformer.NewFilteredSharedInformerFactory(metaClient, 0, c.namespace, func(options *metav1.ListOptions) { options.LabelSelector = selector })
	metaInformer := metaFactory.ForResource(corev1.SchemeGroupVersion.WithResource("configmaps"))
	metaFactory.Start(ctx.Done())
	metaFactory.WaitForCacheSync(ctx.Done())

	for i := range objects {
		patch := fmt.Appendf(nil, `{"data":{"turn":"%d"}}`, i)
		if _, err := maps.Patch(ctx, configMap(i).Name, "application/merge-patch+json", patch, metav1.PatchOptions{}); err != nil {
			return err
		}
	}
	// One leaves the selection without being deleted: to the cache it is gone.
	if _, err := maps.Patch(ctx, configMap(0).Name, "application/merge-patch+json", []byte(`{"metadata":{"labels":{"check":null}}}`), metav1.PatchOptions{}); err != nil {
		return err
	}
	if err := maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: selector, FieldSelector: "metadata.name!=informers-1"}); err != nil {
		return err
	}
	err = eventually(ctx, "one object left in both caches", func() (bool, error) {
		whole, err := informer.Lister().ConfigMaps(c.namespace).List(labels.Everything())
		if err != nil {
			return false, err
		}
		bare, err := metaInformer.Lister().ByNamespace(c.namespace).List(labels.Everything())
		if err != nil {
			return false, err
		}
		state := fmt.Errorf("%d whole, %d bare; %d added, %d updated, %d deleted", len(whole), len(bare), added.Load(), updated.Load(), deleted.Load())
		return len(whole) == 1 && len(bare) == 1 && whole[0].Data["turn"] == "1", state
	})
	if err != nil {
		return err
	}
	if added.Load() != objects || updated.Load() != objects || deleted.Load() != objects-1 {
		return fmt.Errorf("%d added, %d updated, %d deleted", added.Load(), updated.Load(), deleted.Load())
	}
	return errors.Join(maps.Delete(ctx, configMap(0).Name, metav1.DeleteOptions{}), maps.Delete(ctx, configMap(1).Name, metav1.DeleteOptions{}))
}

func configMap(i int) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("informers-%d", i), Labels: map[string]string{"check": "informers"}},
		Data:       map[string]string{"made": time.Now().Format(time.RFC3339)},
	}
}
