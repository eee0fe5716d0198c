package main

import (
	"os"
	"regexp"
	"strconv"
	"strings"
)

var (
	messageLine = regexp.MustCompile(`^message (\w+) \{`)
	fieldLine   = regexp.MustCompile(`^\s+(?:(optional|repeated) )?(map<string, *\S+>|\S+) (\w+) = (\d+);`)
)

// Protobuf's own word for the scalars of the notation; the others are messages.
var protoScalars = map[string]string{"string": "string", "bool": "bool", "int32": "int32", "int64": "int64", "float64": "double", "bytes": "bytes"}

// The messages of the notation's words.
var protoMessages = map[string]string{
	"quantity": "Quantity", "intOrString": "IntOrString", "time": "Time", "microTime": "MicroTime", "duration": "Duration", "fieldsV1": "FieldsV1",
}

// compareProto holds tags and types against the published .proto files, which clients in other languages are generated from.
func (s *source) compareProto() {
	for _, u := range units {
		data, err := os.ReadFile(s.load(u.path).dir + "/generated.proto")
		if os.IsNotExist(err) {
			continue // Types of this group have no protobuf form.
		}
		check(err)
		var in *structure
		seen := map[int]bool{}
		for line := range strings.SplitSeq(string(data), "\n") {
			if match := messageLine.FindStringSubmatch(line); match != nil {
				in, seen = s.structs[u.id+"."+match[1]], map[int]bool{}
			} else if match := fieldLine.FindStringSubmatch(line); match != nil && in != nil {
				tag, _ := strconv.Atoi(match[4])
				seen[tag] = true
				s.compareMessageField(in, tag, match[1], match[2])
			} else if line == "}" && in != nil {
				for _, f := range in.fields {
					if f.tag != 0 && !seen[f.tag] {
						s.note("%s.%s: tag %d is not in the .proto file", in.id(), f.name, f.tag)
					}
				}
				in = nil
			}
		}
	}
}

func (s *source) compareMessageField(in *structure, tag int, label, published string) {
	for _, f := range in.fields {
		if f.tag != tag {
			continue
		}
		s.messageFields++
		short := published[strings.LastIndexAny(published, ".<, ")+1:]
		short = strings.TrimSuffix(short, ">")
		isMap := strings.HasPrefix(published, "map<")
		if expected := f.protoType(); (short != expected && !(expected == "raw" && (short == "RawExtension" || short == "JSON"))) || isMap != strings.HasPrefix(f.typ, "map[]") || (label == "repeated") != (strings.HasPrefix(f.typ, "[]") && f.wrapped == "") {
			s.note("%s.%s: %s %s in the .proto file, %s in the table", in.id(), f.name, label, published, f.typ)
		}
		return
	}
	s.note("%s: tag %d (%s) of the .proto file is not in the table", in.id(), tag, published)
}

func (f *field) protoType() string {
	inner := strings.TrimPrefix(strings.TrimPrefix(f.typ, "map[]"), "[]")
	if f.message != "" {
		inner = f.message
	}
	switch {
	case f.wrapped != "":
		return f.wrapped
	case protoScalars[inner] != "":
		return protoScalars[inner]
	case protoMessages[inner] != "":
		return protoMessages[inner]
	}
	return inner[strings.LastIndex(inner, ".")+1:]
}
