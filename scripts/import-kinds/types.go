package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A field is one line of a table: src/machinery/schema/table.ts says what each member means.
type field struct {
	name, typ               string
	tag                     int
	omit                    string
	pointer, inline         bool
	required                bool
	listType                string
	listMapKeys             []string
	mapType, structType     string
	patchStrategy, mergeKey string
	enum                    []string
	def                     string // JSON
	gate                    string
	deprecated              bool
	union                   string
	wrapped                 string
	message                 string
}

type structure struct {
	unit     *unit
	name     string
	fields   []*field
	atomic   bool
	openapi  string
	isObject bool // embeds TypeMeta
}

func (s *structure) id() string { return s.unit.id + "." + s.name }

// Types that the tables' notation has a word for.
var words = map[string]string{
	"k8s.io/apimachinery/pkg/api/resource.Quantity":                                         "quantity",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString":                                       "intOrString",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":                                             "time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":                                        "microTime",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Duration":                                         "duration",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":                                         "fieldsV1",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":                                          "raw",
	"k8s.io/apimachinery/pkg/runtime.Object":                                                "raw",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSON":                         "raw",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrArray":       "raw",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrBool":        "raw",
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1.JSONSchemaPropsOrStringArray": "raw",
}

// Structs of the packages that never stand in a document.
var internal = map[string]bool{"meta.v1.InternalEvent": true, "meta.v1.Timestamp": true}

// "type only in JSON": their protobuf form is a message of several fields.
var jsonOnly = regexp.MustCompile(`^JSONSchemaPropsOr`)

// resolved is what an expression of a Go type means in the tables' notation.
type resolved struct {
	typ     string
	pointer bool
	enum    []string
	wrapped string
	message string
}

func (s *source) resolve(p *pkg, imports map[string]string, expr ast.Expr) resolved {
	switch expr := expr.(type) {
	case *ast.StarExpr:
		inner := s.resolve(p, imports, expr.X)
		inner.pointer = true
		return inner
	case *ast.ArrayType:
		if name, ok := expr.Elt.(*ast.Ident); ok && name.Name == "byte" {
			return resolved{typ: "bytes"}
		}
		inner := s.resolve(p, imports, expr.Elt)
		return resolved{typ: "[]" + inner.typ, enum: inner.enum, wrapped: inner.wrapped, message: inner.message}
	case *ast.MapType:
		inner := s.resolve(p, imports, expr.Value)
		return resolved{typ: "map[]" + inner.typ, enum: inner.enum, wrapped: inner.wrapped, message: inner.message}
	case *ast.InterfaceType:
		return resolved{typ: "raw"}
	case *ast.SelectorExpr:
		return s.named(imports[expr.X.(*ast.Ident).Name], expr.Sel.Name)
	case *ast.Ident:
		switch expr.Name {
		case "string", "bool", "int32", "int64", "float64":
			return resolved{typ: expr.Name}
		case "any":
			return resolved{typ: "raw"}
		}
		return s.named(p.path, expr.Name)
	}
	panic(fmt.Sprintf("%s: cannot read the type %T", p.path, expr))
}

func (s *source) named(path, name string) resolved {
	if word, ok := words[path+"."+name]; ok {
		found := resolved{typ: word}
		if jsonOnly.MatchString(name) {
			found.message = s.use(path, name).id()
		}
		return found
	}
	p := s.load(path)
	decl := p.types[name]
	if decl == nil {
		panic("unknown type " + path + "." + name)
	}
	if _, ok := decl.spec.Type.(*ast.StructType); ok {
		return resolved{typ: s.use(path, name).id()}
	}
	found := s.resolve(p, decl.imports, decl.spec.Type)
	if marked(decl.doc, "enum") || marked(decl.doc, "k8s:enum") {
		found.enum = slices.Clone(p.enums[name])
		slices.Sort(found.enum)
		found.enum = slices.Compact(found.enum)
	}
	// A named list that is a message of its own in protobuf: ExtraValue, Verbs.
	if strings.HasPrefix(found.typ, "[]") && p.messages[name] {
		found.wrapped = name
	}
	return found
}

// use remembers the struct, and so all that it refers to.
func (s *source) use(path, name string) *structure {
	index := slices.IndexFunc(units, func(u unit) bool { return u.path == path })
	if index < 0 {
		panic("no unit for " + path + "." + name)
	}
	unit := &units[index]
	if found := s.structs[unit.id+"."+name]; found != nil {
		return found
	}
	p := s.load(path)
	decl := p.types[name]
	found := &structure{unit: unit, name: name, openapi: p.model + "." + name, atomic: marker(decl.doc, "structType") == "atomic"}
	s.structs[found.id()] = found
	for _, line := range decl.spec.Type.(*ast.StructType).Fields.List {
		if f := s.field(p, decl, line); f != nil {
			found.fields = append(found.fields, f)
			found.isObject = found.isObject || (f.inline && f.typ == "meta.v1.TypeMeta")
		}
	}
	return found
}

func (s *source) field(p *pkg, decl *typeDecl, line *ast.Field) *field {
	tags := reflect.StructTag("")
	if line.Tag != nil {
		text, _ := strconv.Unquote(line.Tag.Value)
		tags = reflect.StructTag(text)
	}
	name, options, _ := strings.Cut(tags.Get("json"), ",")
	proto := strings.Split(tags.Get("protobuf"), ",")
	embedded := len(line.Names) == 0
	if name == "-" || (!embedded && !line.Names[0].IsExported()) || (!embedded && name == "" && len(proto) < 4) {
		return nil
	}
	what := s.resolve(p, decl.imports, line.Type)
	f := &field{name: name, typ: what.typ, pointer: what.pointer, enum: what.enum, wrapped: what.wrapped, message: what.message}
	if name == "" && embedded {
		f.inline = true
		f.name = f.typ[strings.LastIndex(f.typ, ".")+1:]
	} else if name == "" {
		f.name = strings.TrimPrefix(proto[3], "name=")
	}
	if len(proto) > 1 {
		f.tag, _ = strconv.Atoi(proto[1])
	}
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "omitempty":
			f.omit = "empty"
		case "omitzero":
			f.omit = "zero"
		case "", "inline":
		default:
			panic("unknown JSON option " + option + " of " + f.name)
		}
	}
	doc := rawText(line.Doc)
	optional := marked(doc, "optional") || marked(doc, "k8s:optional")
	f.required = !f.inline && (marked(doc, "required") || marked(doc, "k8s:required") || (!optional && f.omit == ""))
	f.listType = marker(doc, "listType")
	f.listMapKeys = markers(doc, "listMapKey")
	f.mapType = marker(doc, "mapType")
	f.structType = marker(doc, "structType")
	f.patchStrategy = tags.Get("patchStrategy")
	f.mergeKey = tags.Get("patchMergeKey")
	f.gate = marker(doc, "featureGate")
	f.def = strings.TrimSpace(marker(doc, "default"))
	if strings.HasPrefix(f.def, "ref(") {
		value, known := p.values[strings.TrimSuffix(strings.TrimPrefix(f.def, "ref("), ")")]
		if !known {
			panic("default of " + f.name + ": " + f.def)
		}
		f.def = strconv.Quote(value)
	}
	if f.def != "" && !json.Valid([]byte(f.def)) {
		panic("default of " + f.name + ": " + f.def)
	}
	if marked(doc, "unionDiscriminator") {
		f.union = "discriminator"
	}
	f.deprecated = regexp.MustCompile(`(?m)^(Deprecated[:.]|DEPRECATED)`).MatchString(doc)
	return f
}
