package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A source reads packages on demand and remembers every struct that something refers to.
type source struct {
	packages map[string]*pkg
	structs  map[string]*structure
	order    map[string][]string // unit id → names in the order of the source
	notes    []string
	// How many fields were held against OpenAPI and the .proto files: a check that saw nothing must show.
	published, messageFields int
}

type pkg struct {
	path     string
	dir      string
	types    map[string]*typeDecl
	order    []string
	enums    map[string][]string // type name → values of its constants
	values   map[string]string   // constant → value
	messages map[string]bool     // of generated.proto
	model    string              // OpenAPI prefix
}

type typeDecl struct {
	spec    *ast.TypeSpec
	doc     string
	imports map[string]string
}

func (s *source) load(path string) *pkg {
	if p := s.packages[path]; p != nil {
		return p
	}
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", path).Output()
	check(err)
	dir := strings.TrimSpace(string(out))
	p := &pkg{path: path, dir: dir, types: map[string]*typeDecl{}, enums: map[string][]string{}, values: map[string]string{}, messages: map[string]bool{}}
	s.packages[path] = p
	files, err := filepath.Glob(dir + "/*.go")
	check(err)
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.Contains(name, "generated") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		check(err)
		s.add(p, file)
	}
	if proto, err := os.ReadFile(dir + "/generated.proto"); err == nil {
		for _, match := range regexp.MustCompile(`(?m)^message (\w+)`).FindAllStringSubmatch(string(proto), -1) {
			p.messages[match[1]] = true
		}
	}
	doc, err := os.ReadFile(dir + "/doc.go")
	if err == nil {
		if match := regexp.MustCompile(`\+k8s:openapi-model-package=(\S+)`).FindStringSubmatch(string(doc)); match != nil {
			p.model = match[1]
		}
	}
	return p
}

func (s *source) add(p *pkg, file *ast.File) {
	imports := map[string]string{}
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		name := filepath.Base(path)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = path
	}
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range group.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				// The markers of a type may stand in a comment of their own above its doc comment.
				doc := spec.Doc.Text()
				if !group.Lparen.IsValid() {
					doc = rawText(group.Doc) + aboveText(file, group)
				}
				p.types[spec.Name.Name] = &typeDecl{spec, doc, imports}
				p.order = append(p.order, spec.Name.Name)
			case *ast.ValueSpec:
				s.constants(p, imports, group, spec)
			}
		}
	}
}

// constants remembers the string constants of one line, by name and by type. A type may also be given by conversion, T("a"), and a value by
// naming another package's constant.
func (s *source) constants(p *pkg, imports map[string]string, group *ast.GenDecl, spec *ast.ValueSpec) {
	if group.Tok != token.CONST {
		return
	}
	of, typed := spec.Type.(*ast.Ident)
	for i, value := range spec.Values {
		if call, ok := value.(*ast.CallExpr); ok && len(call.Args) == 1 {
			if name, ok := call.Fun.(*ast.Ident); ok {
				of, typed, value = name, true, call.Args[0]
			}
		}
		text, known := "", false
		switch value := value.(type) {
		case *ast.BasicLit:
			if known = value.Kind == token.STRING; known {
				text, _ = strconv.Unquote(value.Value)
			}
		case *ast.SelectorExpr:
			if from, ok := value.X.(*ast.Ident); ok && strings.HasPrefix(imports[from.Name], "k8s.io/") {
				text, known = s.load(imports[from.Name]).values[value.Sel.Name]
			}
		}
		if known {
			p.values[spec.Names[i].Name] = text
			if typed {
				p.enums[of.Name] = append(p.enums[of.Name], text)
			}
		}
	}
}

// hasJSON tells the structs that stand in documents from helpers of the package.
func hasJSON(decl *typeDecl) bool {
	shape, ok := decl.spec.Type.(*ast.StructType)
	if !ok || !decl.spec.Name.IsExported() {
		return false
	}
	for _, line := range shape.Fields.List {
		if line.Tag != nil && (strings.Contains(line.Tag.Value, "json:\"") || strings.Contains(line.Tag.Value, "protobuf:\"")) {
			return true
		}
	}
	return false
}

func readAll() *source {
	s := &source{packages: map[string]*pkg{}, structs: map[string]*structure{}, order: map[string][]string{}}
	for _, u := range units {
		p := s.load(u.path)
		names := u.roots
		if names == nil {
			for _, name := range p.order {
				if hasJSON(p.types[name]) && words[u.path+"."+name] == "" && !internal[u.id+"."+name] {
					names = append(names, name)
				}
			}
		}
		for _, name := range names {
			s.use(u.path, name)
		}
	}
	for _, u := range units {
		for _, name := range s.load(u.path).order {
			if s.structs[u.id+"."+name] != nil {
				s.order[u.id] = append(s.order[u.id], name)
			}
		}
	}
	return s
}

func (s *source) note(format string, values ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, values...))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
