package main

import (
	"maps"
	"slices"
)

func sortedKeys[T any](all map[string]T) []string { return slices.Sorted(maps.Keys(all)) }
