package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	corev1 "k8s.io/client-go/applyconfigurations/core/v1"
)

// applyConfigurations lets two managers own one Service by typed configurations: each its ports, a conflict where both say the same field, and what is extracted is what was applied.
func applyConfigurations(ctx context.Context, c cluster) error {
	services := c.clients.CoreV1().Services(c.namespace)
	port := func(name string, number int32) *corev1.ServicePortApplyConfiguration {
		return corev1.ServicePort().WithName(name).WithPort(number).WithTargetPort(intstr.FromInt32(number)).WithProtocol("TCP")
	}
	apply := func(manager string, spec *corev1.ServiceSpecApplyConfiguration, force bool) error {
		_, err := services.Apply(ctx, corev1.Service("applied", c.namespace).WithSpec(spec), metav1.ApplyOptions{FieldManager: manager, Force: force})
		return err
	}
	if err := apply("one", corev1.ServiceSpec().WithSelector(map[string]string{"app": "a"}).WithPorts(port("http", 80)), false); err != nil {
		return err
	}
	if err := apply("two", corev1.ServiceSpec().WithPorts(port("https", 443)), false); err != nil {
		return err
	}
	if err := apply("two", corev1.ServiceSpec().WithSelector(map[string]string{"app": "b"}).WithPorts(port("https", 443)), false); !apierrors.IsConflict(err) {
		return fmt.Errorf("no conflict over the selector: %v", err)
	}
	if err := apply("two", corev1.ServiceSpec().WithSelector(map[string]string{"app": "b"}).WithPorts(port("https", 443)), true); err != nil {
		return err
	}
	both, err := services.Get(ctx, "applied", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if len(both.Spec.Ports) != 2 || both.Spec.Selector["app"] != "b" {
		return fmt.Errorf("applied by two: %v", both.Spec)
	}
	extracted, err := corev1.ExtractService(both, "two")
	if err != nil {
		return err
	}
	if len(extracted.Spec.Ports) != 1 || *extracted.Spec.Ports[0].Port != 443 || extracted.Spec.ClusterIP != nil {
		return fmt.Errorf("extracted %v", extracted.Spec)
	}
	if err := apply("one", corev1.ServiceSpec(), false); err != nil {
		return err
	}
	last, err := services.Get(ctx, "applied", metav1.GetOptions{})
	if err != nil {
		return err
	}
	if len(last.Spec.Ports) != 1 || last.Spec.Ports[0].Port != 443 {
		return fmt.Errorf("after the first let go: %v", last.Spec.Ports)
	}
	return services.Delete(ctx, "applied", metav1.DeleteOptions{})
}
