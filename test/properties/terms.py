"""Python values from the terms of `terms.ts`."""
import base64
import datetime
import decimal
import uuid


def value(term):
    kind, *given = term
    return MAKERS[kind](*given)


def nest(levels, inner):
    made = value(inner)
    for _level in range(levels):
        made = [made]
    return made


MAKERS = {
    "null": lambda: None,
    "bool": bool,
    "int": int,
    "float": float,
    "text": str,
    "bytes": base64.b64decode,
    "list": lambda members: [value(member) for member in members],
    "dict": lambda members: {key: value(member) for key, member in members},
    "nest": nest,
    "datetime": datetime.datetime.fromisoformat,
    "date": datetime.date.fromisoformat,
    "time": datetime.time.fromisoformat,
    "decimal": decimal.Decimal,
    "uuid": uuid.UUID,
}


def show(given):
    """Python's own `repr` tells types and the order of keys; an aware moment is told by its offset."""
    return repr(given)
