package main

// The packages whose types are the built-in kinds, imported so that the Go tool resolves and locks their modules.
import (
	_ "k8s.io/api/admission/v1"
	_ "k8s.io/api/admissionregistration/v1"
	_ "k8s.io/api/apidiscovery/v2"
	_ "k8s.io/api/apps/v1"
	_ "k8s.io/api/authentication/v1"
	_ "k8s.io/api/authorization/v1"
	_ "k8s.io/api/autoscaling/v1"
	_ "k8s.io/api/autoscaling/v2"
	_ "k8s.io/api/batch/v1"
	_ "k8s.io/api/certificates/v1"
	_ "k8s.io/api/coordination/v1"
	_ "k8s.io/api/core/v1"
	_ "k8s.io/api/discovery/v1"
	_ "k8s.io/api/events/v1"
	_ "k8s.io/api/flowcontrol/v1"
	_ "k8s.io/api/networking/v1"
	_ "k8s.io/api/node/v1"
	_ "k8s.io/api/policy/v1"
	_ "k8s.io/api/policy/v1beta1"
	_ "k8s.io/api/rbac/v1"
	_ "k8s.io/api/resource/v1"
	_ "k8s.io/api/scheduling/v1"
	_ "k8s.io/api/scheduling/v1alpha3"
	_ "k8s.io/api/storage/v1"
	_ "k8s.io/api/storagemigration/v1"
	_ "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	_ "k8s.io/apimachinery/pkg/apis/meta/v1"
	_ "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

// A unit is one API group and version: the package that holds its types.
type unit struct {
	path string // Go import path
	id   string // "core.v1": the first part of its structs' ids
	// The structs to start from; nil for all of the package's. What they refer to comes along.
	roots []string
}

// The order is that of the generated index.
var units = []unit{
	{path: "k8s.io/apimachinery/pkg/apis/meta/v1", id: "meta.v1"},
	{path: "k8s.io/api/core/v1", id: "core.v1"},
	{path: "k8s.io/api/admission/v1", id: "admission.v1"},
	{path: "k8s.io/api/admissionregistration/v1", id: "admissionregistration.v1"},
	{path: "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1", id: "apiextensions.v1"},
	{path: "k8s.io/api/apidiscovery/v2", id: "apidiscovery.v2"},
	{path: "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1", id: "apiregistration.v1"},
	{path: "k8s.io/api/apps/v1", id: "apps.v1"},
	{path: "k8s.io/api/authentication/v1", id: "authentication.v1"},
	{path: "k8s.io/api/authorization/v1", id: "authorization.v1"},
	{path: "k8s.io/api/autoscaling/v1", id: "autoscaling.v1"},
	{path: "k8s.io/api/autoscaling/v2", id: "autoscaling.v2"},
	{path: "k8s.io/api/batch/v1", id: "batch.v1"},
	{path: "k8s.io/api/certificates/v1", id: "certificates.v1"},
	{path: "k8s.io/api/coordination/v1", id: "coordination.v1"},
	{path: "k8s.io/api/discovery/v1", id: "discovery.v1"},
	{path: "k8s.io/api/events/v1", id: "events.v1"},
	{path: "k8s.io/api/flowcontrol/v1", id: "flowcontrol.v1"},
	{path: "k8s.io/api/networking/v1", id: "networking.v1"},
	{path: "k8s.io/api/node/v1", id: "node.v1"},
	{path: "k8s.io/api/policy/v1", id: "policy.v1"},
	{path: "k8s.io/api/policy/v1beta1", id: "policy.v1beta1", roots: []string{"Eviction"}},
	{path: "k8s.io/api/rbac/v1", id: "rbac.v1"},
	{path: "k8s.io/api/resource/v1", id: "resource.v1"},
	{path: "k8s.io/api/scheduling/v1", id: "scheduling.v1"},
	{path: "k8s.io/api/scheduling/v1alpha3", id: "scheduling.v1alpha3", roots: []string{}},
	{path: "k8s.io/api/storage/v1", id: "storage.v1"},
	{path: "k8s.io/api/storagemigration/v1", id: "storagemigration.v1"},
}
