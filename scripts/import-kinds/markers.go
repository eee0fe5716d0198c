package main

import (
	"go/ast"
	"regexp"
	"strings"
)

// rawText keeps what Doc.Text() drops: lines that look like directives.
func rawText(group *ast.CommentGroup) string {
	if group == nil {
		return ""
	}
	var lines []string
	for _, comment := range group.List {
		lines = append(lines, strings.TrimSpace(strings.TrimPrefix(comment.Text, "//")))
	}
	return strings.Join(lines, "\n") + "\n"
}

// aboveText is the comment that ends one blank line above a declaration's own.
func aboveText(file *ast.File, decl *ast.GenDecl) string {
	start := decl.Pos()
	if decl.Doc != nil {
		start = decl.Doc.Pos()
	}
	var text string
	for _, group := range file.Comments {
		if group.End() < start && start-group.End() <= 2 {
			text = rawText(group)
		}
	}
	return text
}

func marked(doc, name string) bool {
	return regexp.MustCompile(`(?m)^\+` + regexp.QuoteMeta(name) + `\s*$`).MatchString(doc)
}

func marker(doc, name string) string {
	if all := markers(doc, name); len(all) > 0 {
		return all[0]
	}
	return ""
}

func markers(doc, name string) []string {
	var all []string
	for _, match := range regexp.MustCompile(`(?m)^\+`+regexp.QuoteMeta(name)+`=(.*)$`).FindAllStringSubmatch(doc, -1) {
		all = append(all, strings.TrimSpace(match[1]))
	}
	return all
}
