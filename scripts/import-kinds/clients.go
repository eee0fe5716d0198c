package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// What two groups or versions serve under one name: the other face's name.
var otherFaces = map[string]string{"events.k8s.io/v1 Event": "EventsEvent", "autoscaling/v1 HorizontalPodAutoscaler": "HorizontalPodAutoscalerV1"}

// writeClients writes a constant a resource, beside the tables: types and names only, so that a client doesn't load the tables.
func (s *source) writeClients(discovery, out string) {
	data, err := os.ReadFile(discovery)
	check(err)
	var all map[string][]resource
	check(json.Unmarshal(data, &all))
	var body strings.Builder
	units := map[string]bool{}
	for _, groupVersion := range sortedKeys(all) {
		group, version := split(groupVersion)
		for _, r := range all[groupVersion] {
			if strings.Contains(r.Name, "/") {
				continue
			}
			id := s.structOf(group, version, r.Kind)
			unit := id[:strings.LastIndex(id, ".")]
			units[unit] = true
			name := otherFaces[groupVersion+" "+r.Kind]
			if name == "" {
				name = r.Kind
			}
			fmt.Fprintf(&body, "export const %s = resource<%s.%s, %q>(%q, %q, %q, %q, %v);\n", name, identifier(unit), r.Kind, r.Name, group, version, r.Kind, r.Name, r.Namespaced)
		}
	}
	var text strings.Builder
	fmt.Fprintf(&text, heading, "The resources of the API as clients name them.")
	text.WriteString("import { resource } from \"./resource.ts\";\n")
	for _, unit := range sortedKeys(units) {
		fmt.Fprintf(&text, "import type * as %s from \"./tables/%s.ts\";\n", identifier(unit), fileName(unit))
	}
	save(filepath.Join(filepath.Dir(out), "resources.ts"), text.String()+"\n"+body.String())
}
