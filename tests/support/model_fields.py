"""model_fields.py MODEL_H OUTPUT: the fields of every struct of src/metadata/model.h as a C header: FIELD(struct, field, type)
for each, with `type` as text. So a test that goes through them misses none that is added later."""
import re
import sys


def fields(body):
    for declaration in body.split(";"):
        declaration = " ".join(declaration.split())
        if not declaration:
            continue
        match = re.fullmatch(r"(.*?[ *])(\w+(?:\[\d+\])?(?:, ?\w+)*)", declaration)
        kind, names = match[1].strip(), match[2]
        for name in names.split(","):
            name, array = re.fullmatch(r"\s*(\w+)((?:\[\d+\])?)", name).groups()
            yield name, kind + array


def structs(source):
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    for match in re.finditer(r"(?:typedef )?struct (\w+) \{\n(.*?)\n\}", source, flags=re.S):
        yield match[1], match[2]


def main():
    with open(sys.argv[1]) as file:
        source = file.read()
    lines = ["/* Made by tests/support/model_fields.py. */"]
    lines += [f'FIELD({name}, {field}, "{kind}")' for name, body in structs(source) for field, kind in fields(body)]
    with open(sys.argv[2], "w") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
