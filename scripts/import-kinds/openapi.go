package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A schema is as much of an OpenAPI v3 schema as Kubernetes publishes.
type schema struct {
	Type        string             `json:"type"`
	Format      string             `json:"format"`
	Ref         string             `json:"$ref"`
	AllOf       []schema           `json:"allOf"`
	Items       *schema            `json:"items"`
	Values      *schema            `json:"additionalProperties"`
	Properties  map[string]*schema `json:"properties"`
	Required    []string           `json:"required"`
	Enum        []string           `json:"enum"`
	Default     json.RawMessage    `json:"default"`
	ListType    string             `json:"x-kubernetes-list-type"`
	ListMapKeys []string           `json:"x-kubernetes-list-map-keys"`
	MapType     string             `json:"x-kubernetes-map-type"`
	Strategy    string             `json:"x-kubernetes-patch-strategy"`
	MergeKey    string             `json:"x-kubernetes-patch-merge-key"`
	Unions      []struct {
		Discriminator string            `json:"discriminator"`
		Members       map[string]string `json:"fields-to-discriminateBy"`
	} `json:"x-kubernetes-unions"`
}

const refPrefix = "#/components/schemas/"

// What OpenAPI calls the notation's words.
var refs = map[string]string{
	"io.k8s.apimachinery.pkg.api.resource.Quantity":                                         "quantity",
	"io.k8s.apimachinery.pkg.util.intstr.IntOrString":                                       "intOrString",
	"io.k8s.apimachinery.pkg.apis.meta.v1.Time":                                             "time",
	"io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime":                                        "microTime",
	"io.k8s.apimachinery.pkg.apis.meta.v1.Duration":                                         "duration",
	"io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1":                                         "fieldsV1",
	"io.k8s.apimachinery.pkg.runtime.RawExtension":                                          "raw",
	"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON":                         "raw",
	"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray":       "raw",
	"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool":        "raw",
	"io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "raw",
}

// What is no struct of the tables: the body of any patch, and the server's version, which it writes itself.
var elsewhere = map[string]bool{"io.k8s.apimachinery.pkg.apis.meta.v1.Patch": true, "io.k8s.apimachinery.pkg.version.Info": true}

var formats = map[string]string{
	"string": "string", "string/byte": "bytes", "boolean": "bool", "integer/int32": "int32", "integer/int64": "int64", "number/double": "float64", "": "raw",
}

// compare holds the tables against the published schemas. Where they differ about the schema's published form, OpenAPI wins, and a note says so.
func (s *source) compare(dir string) {
	definitions := map[string]*schema{}
	files, err := filepath.Glob(dir + "/*.json")
	check(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		check(err)
		var document struct {
			Components struct {
				Schemas map[string]*schema `json:"schemas"`
			} `json:"components"`
		}
		check(json.Unmarshal(data, &document))
		for name, definition := range document.Components.Schemas {
			definitions[name] = definition
		}
	}
	ids := map[string]string{}
	for id, found := range s.structs {
		ids[found.openapi] = id
	}
	names := sortedKeys(definitions)
	for _, name := range names {
		id, ok := ids[name]
		if !ok {
			if refs[name] == "" && !elsewhere[name] {
				s.note("%s: in OpenAPI, not in the tables", name)
			}
			continue
		}
		if refs[name] == "" {
			s.compareStruct(s.structs[id], definitions[name], ids)
		}
	}
}

func (s *source) compareStruct(found *structure, definition *schema, ids map[string]string) {
	if atomic := definition.MapType == "atomic"; atomic != found.atomic {
		s.note("%s: atomic in OpenAPI %v, in Go %v", found.id(), atomic, found.atomic)
		found.atomic = atomic
	}
	fields := s.spread(found)
	for _, name := range sortedKeys(definition.Properties) {
		if fields[name] == nil {
			s.note("%s.%s: in OpenAPI, not in Go", found.id(), name)
		}
	}
	for _, name := range sortedKeys(fields) {
		property := definition.Properties[name]
		if property == nil {
			s.note("%s.%s: in Go, not in OpenAPI", found.id(), name)
			continue
		}
		s.published++
		at := found.id() + "." + name
		f := fields[name]
		if typ := property.expression(ids); typ != f.typ {
			s.note("%s: type in OpenAPI %s, in Go %s", at, typ, f.typ)
		}
		settle(s, at, "required", slices.Contains(definition.Required, name), &f.required)
		settle(s, at, "listType", property.ListType, &f.listType)
		if strings.HasPrefix(f.typ, "map[]") {
			settle(s, at, "mapType", property.MapType, &f.mapType)
		} else {
			settle(s, at, "structType", property.MapType, &f.structType)
		}
		settle(s, at, "patchStrategy", property.Strategy, &f.patchStrategy)
		settle(s, at, "patchMergeKey", property.MergeKey, &f.mergeKey)
		settleList(s, at, "listMapKeys", property.ListMapKeys, &f.listMapKeys)
		settleList(s, at, "enum", property.values(), &f.enum)
		s.compareDefault(at, f, property)
		f.union = ""
		for _, union := range definition.Unions {
			if _, member := union.Members[name]; member {
				f.union = "member"
			} else if union.Discriminator == name {
				f.union = "discriminator"
			}
		}
	}
}

// compareDefault: beside marked defaults OpenAPI shows the zero value of what isn't a pointer and is written always ("" 0 false), and of every struct ({}).
func (s *source) compareDefault(at string, f *field, property *schema) {
	expected := f.def
	if expected == "" && !f.pointer {
		switch f.typ {
		case "string":
			expected = `""`
		case "int32", "int64", "float64":
			expected = "0"
		case "bool":
			expected = "false"
		default:
			if strings.Contains(f.typ, ".") && !strings.Contains(f.typ, "[]") {
				expected = "{}"
			}
		}
		if f.omit != "" && expected != "{}" {
			expected = ""
		}
	}
	var published bytes.Buffer
	if property.Default != nil {
		check(json.Compact(&published, property.Default))
	}
	if published.String() != expected {
		s.note("%s: default in OpenAPI %s, expected %s", at, published.String(), expected)
	}
}

func (s *source) spread(found *structure) map[string]*field {
	all := map[string]*field{}
	for _, f := range found.fields {
		if !f.inline {
			all[f.name] = f
			continue
		}
		for name, inner := range s.spread(s.structs[f.typ]) {
			all[name] = inner
		}
	}
	return all
}

func (p *schema) expression(ids map[string]string) string {
	if p.Ref == "" && len(p.AllOf) == 1 {
		return p.AllOf[0].expression(ids)
	}
	if name := strings.TrimPrefix(p.Ref, refPrefix); name != "" {
		if word := refs[name]; word != "" {
			return word
		}
		return ids[name]
	}
	switch {
	case p.Type == "array":
		return "[]" + p.Items.expression(ids)
	case p.Type == "object" && p.Values != nil:
		return "map[]" + p.Values.expression(ids)
	}
	return formats[strings.Trim(p.Type+"/"+p.Format, "/")]
}

func (p *schema) values() []string {
	switch {
	case p.Items != nil:
		return p.Items.values()
	case p.Values != nil:
		return p.Values.values()
	}
	return p.Enum
}

func settle[T comparable](s *source, at, what string, published T, read *T) {
	if published != *read {
		s.note("%s: %s in OpenAPI %v, in Go %v", at, what, published, *read)
		*read = published
	}
}

func settleList(s *source, at, what string, published []string, read *[]string) {
	if !slices.Equal(published, *read) {
		s.note("%s: %s in OpenAPI %q, in Go %q", at, what, published, *read)
		*read = published
	}
}
