using System.Globalization;
using System.Text.Json.Nodes;

namespace Signalbox.Inference.Tests.Support;

/// <summary>Random JSON schemas that can be met, from most keywords that grammars hold.</summary>
internal sealed class RandomSchema(int seed)
{
    private static readonly string[] Names = ["name", "id", "tags", "größe", "a \"b\"", "items", "x", "is_ok", "价格", "path/to", "kind", "next", ""];
    private static readonly string[] Formats = ["date", "time", "date-time", "email", "uuid", "ipv4", "ipv6", "uri", "hostname"];
    private static readonly string[] Patterns = ["^[A-Z]{2}-\\d{3,5}$", "^(a|bc)+$", "foo", "^[^\"x]{1,4}$", "\\d\\.\\w$", "^\\S+ ?\\S*$", "^$|^[é-ü]+$", "^.{2,6}$"];

    private readonly Random _random = new(seed);
    private int _definitions;

    public string Next()
    {
        _definitions = _random.Next(0, 3);
        JsonObject root;
        do
        {
            // The judge does not resolve a root that is nothing but a reference.
            root = _random.Next(4) switch { 0 => Value(0), 1 => Array(0), _ => Object(0) };
        }
        while (root.ContainsKey("$ref"));
        if (_definitions > 0)
        {
            var definitions = new JsonObject();
            for (var i = 0; i < _definitions; i++)
            {
                definitions[$"d{i}"] = Object(2);
            }

            root["definitions"] = definitions;
        }

        return root.ToJsonString();
    }

    private bool Chance(double share) => _random.NextDouble() < share;

    private JsonObject Value(int depth) => _random.Next(depth > 3 ? 5 : 12) switch
    {
        0 => Text(),
        1 => Number(),
        2 => Listed(),
        3 => new JsonObject { ["type"] = Chance(0.5) ? "boolean" : "null" },
        4 => _definitions > 0 ? new JsonObject { ["$ref"] = $"#/definitions/d{_random.Next(_definitions)}" } : Number(),
        5 or 6 => Array(depth),
        7 => Combined(depth),
        8 => new JsonObject { ["type"] = new JsonArray("string", "integer", "null") },
        9 => Chance(0.5) ? [] : new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(depth + 1) },
        _ => Object(depth),
    };

    private JsonObject Object(int depth)
    {
        var schema = new JsonObject { ["type"] = "object" };
        var names = Names.OrderBy(_ => _random.Next()).Take(_random.Next(0, 6)).ToArray();
        var properties = new JsonObject();
        foreach (var name in names)
        {
            properties[name] = Value(depth + 1);
        }

        schema["properties"] = properties;

        // What is required must not lead back to itself: only references do, and they are left optional.
        var required = names.Where(name => Chance(0.5) && !properties[name]!.ToJsonString().Contains("$ref", StringComparison.Ordinal)).ToArray();
        schema["required"] = new JsonArray([.. required.Select(static name => JsonValue.Create(name))]);
        if (Chance(0.5))
        {
            schema["additionalProperties"] = Chance(0.7) ? false : new JsonObject { ["type"] = "integer" };
        }

        if (Chance(0.2))
        {
            schema["minProperties"] = _random.Next(0, names.Count(name => !properties[name]!.ToJsonString().Contains("$ref", StringComparison.Ordinal)) + 1);
        }

        if (Chance(0.2))
        {
            schema["maxProperties"] = names.Length + _random.Next(0, 3);
        }

        return schema;
    }

    private JsonObject Array(int depth)
    {
        var schema = new JsonObject { ["type"] = "array" };
        if (Chance(0.2))
        {
            var values = new JsonArray([.. Enumerable.Range(0, _random.Next(1, 12)).Select(static i => JsonValue.Create($"v{i}"))]);
            schema["items"] = new JsonObject { ["enum"] = values };
            schema["uniqueItems"] = true;
            schema["maxItems"] = _random.Next(0, 14);
            return schema;
        }

        schema["items"] = Value(depth + 1);
        var minimum = _random.Next(0, 4);
        if (Chance(0.4) && !schema["items"]!.ToJsonString().Contains("$ref", StringComparison.Ordinal))
        {
            schema["minItems"] = minimum;
        }

        if (Chance(0.4))
        {
            schema["maxItems"] = minimum + _random.Next(0, 5);
        }

        return schema;
    }

    private JsonObject Combined(int depth)
    {
        if (Chance(0.3))
        {
            return new JsonObject { ["allOf"] = new JsonArray(new JsonObject { ["type"] = "integer", ["minimum"] = 3 }, new JsonObject { ["maximum"] = 5000 }) };
        }

        if (Chance(0.4))
        {
            return new JsonObject { ["oneOf"] = new JsonArray(Branch("cat"), Branch("dog")) };
        }

        // One alternative is plain, so that the whole never leads back to itself alone.
        return new JsonObject { ["anyOf"] = new JsonArray(Value(depth + 1), Text(), Object(depth + 1)) };
    }

    private JsonObject Branch(string kind) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["enum"] = new JsonArray(kind) }, ["of"] = Number() },
        ["required"] = new JsonArray("kind"),
    };

    private JsonObject Text()
    {
        var schema = new JsonObject { ["type"] = "string" };
        switch (_random.Next(4))
        {
            case 0:
                schema["format"] = Formats[_random.Next(Formats.Length)];
                break;
            case 1:
                schema["pattern"] = Patterns[_random.Next(Patterns.Length)];
                break;
            case 2:
                var minimum = _random.Next(0, 5);
                schema["minLength"] = minimum;
                schema["maxLength"] = minimum + _random.Next(0, 40);
                break;
        }

        return schema;
    }

    private JsonObject Number()
    {
        var schema = new JsonObject { ["type"] = Chance(0.5) ? "integer" : "number" };
        var isInteger = schema["type"]!.GetValue<string>() == "integer";
        var low = isInteger ? _random.Next(-1000, 1000) : Math.Round((decimal)(_random.NextDouble() * 200) - 100, _random.Next(0, 4));
        if (Chance(0.5))
        {
            schema[Chance(0.7) ? "minimum" : "exclusiveMinimum"] = low;
        }

        if (Chance(0.5))
        {
            schema[Chance(0.7) ? "maximum" : "exclusiveMaximum"] = low + _random.Next(10, 100_000);
        }

        if (Chance(0.3))
        {
            schema["multipleOf"] = isInteger ? _random.Next(1, 9) : decimal.Parse(new[] { "0.01", "0.5", "0.25", "2" }[_random.Next(4)], CultureInfo.InvariantCulture);
        }

        return schema;
    }

    private JsonObject Listed()
    {
        JsonNode?[] values = ["red", "grün", "\"q\"\n", 7, 2.5, true, null, "red wine", "emoji 😀"];
        return new JsonObject { ["enum"] = new JsonArray([.. values.OrderBy(_ => _random.Next()).Take(_random.Next(1, 6))]) };
    }
}
