package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A resource is an APIResource as discovery shows it.
type resource struct {
	Name       string   `json:"name"`
	Singular   string   `json:"singularName"`
	Namespaced bool     `json:"namespaced"`
	Group      string   `json:"group"`
	Version    string   `json:"version"`
	Kind       string   `json:"kind"`
	Verbs      []string `json:"verbs"`
	ShortNames []string `json:"shortNames"`
	Categories []string `json:"categories"`
}

// writeResources writes one value a resource; its subresources stand inside it.
func (s *source) writeResources(discovery, out string) {
	data, err := os.ReadFile(discovery)
	check(err)
	var all map[string][]resource
	check(json.Unmarshal(data, &all))
	var text strings.Builder
	fmt.Fprintf(&text, heading, "The resources of the API as discovery shows them.")
	text.WriteString("import type { ResourceTable } from \"../../machinery/schema/table.ts\";\n\nexport const resources: readonly ResourceTable[] = [\n")
	for _, groupVersion := range sortedKeys(all) {
		group, version := split(groupVersion)
		for _, r := range all[groupVersion] {
			if strings.Contains(r.Name, "/") {
				continue
			}
			row := ordered{{"group", group}, {"version", version}, {"kind", r.Kind}, {"resource", r.Name}, {"singular", r.Singular}, {"namespaced", r.Namespaced}}
			if len(r.ShortNames) > 0 {
				row = append(row, member{"shortNames", r.ShortNames})
			}
			if len(r.Categories) > 0 {
				row = append(row, member{"categories", r.Categories})
			}
			row = append(row, member{"verbs", r.Verbs}, member{"struct", s.structOf(group, version, r.Kind)})
			subresources := []ordered{}
			for _, sub := range all[groupVersion] {
				name, ok := strings.CutPrefix(sub.Name, r.Name+"/")
				if !ok {
					continue
				}
				entry := ordered{{"name", name}, {"kind", sub.Kind}, {"verbs", sub.Verbs}}
				subGroup, subVersion := group, version
				if sub.Version != "" {
					subGroup, subVersion = sub.Group, sub.Version
					entry = append(entry, member{"group", sub.Group}, member{"version", sub.Version})
				}
				subresources = append(subresources, append(entry, member{"struct", s.structOf(subGroup, subVersion, sub.Kind)}))
			}
			row = append(row, member{"subresources", subresources})
			fmt.Fprintf(&text, "%s,\n", row)
		}
	}
	text.WriteString("];\n")
	save(out+"/resources.ts", text.String())
}

func split(groupVersion string) (string, string) {
	if group, version, ok := strings.Cut(groupVersion, "/"); ok {
		return group, version
	}
	return "", groupVersion
}

// structOf: the group's first word, the version and the kind are the struct's id.
func (s *source) structOf(group, version, kind string) string {
	word, _, _ := strings.Cut(group, ".")
	if word == "" {
		word = "core"
	}
	id := word + "." + version + "." + kind
	if s.structs[id] == nil {
		panic("no struct " + id)
	}
	return id
}

type member struct {
	name  string
	value any
}

// ordered is written as an object literal whose members keep their order.
type ordered []member

func (o ordered) String() string {
	var parts []string
	for _, m := range o {
		var text string
		if list, ok := m.value.([]ordered); ok {
			var items []string
			for _, item := range list {
				items = append(items, item.String())
			}
			text = "[" + strings.Join(items, ", ") + "]"
		} else {
			data, err := json.Marshal(m.value)
			check(err)
			text = string(data)
		}
		parts = append(parts, m.name+": "+text)
	}
	return "{ " + strings.Join(slices.Clip(parts), ", ") + " }"
}
