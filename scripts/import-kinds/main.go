// Command import-kinds writes the field tables of Kubernetes' built-in kinds: facts read from the published Go types, checked against the OpenAPI that a server of the same release publishes.
//
// Usage: import-kinds REFERENCE OUT, where REFERENCE holds discovery.json (group/version → resources) and openapi/*.json (OpenAPI v3 documents).
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: import-kinds REFERENCE OUT")
		os.Exit(2)
	}
	s := readAll()
	s.compare(os.Args[1] + "/openapi")
	s.compareProto()
	s.write(os.Args[2])
	s.writeResources(os.Args[1]+"/discovery.json", os.Args[2])
	s.writeClients(os.Args[1]+"/discovery.json", os.Args[2])
	for _, note := range s.notes {
		fmt.Println(note)
	}
	fields := 0
	for _, found := range s.structs {
		fields += len(found.fields)
	}
	fmt.Printf("%d structs, %d fields; %d held against OpenAPI, %d against the .proto files; %d disagreements\n", len(s.structs), fields, s.published, s.messageFields, len(s.notes))
}
