using System.Text.Json;
using NJsonSchema;

namespace Signalbox.Benchmarking.Scoring;

/// <summary>Whether an answer is JSON, and whether it satisfies a schema.</summary>
internal sealed class SchemaCheck
{
    private static readonly string[] Samples = ["{}", "[]", "\"a\"", "1", "true", "null"];

    private readonly JsonSchema _schema;

    private SchemaCheck(JsonSchema schema) => _schema = schema;

    /// <summary>What is wrong with a schema; null where it can be used. Nothing is fetched: references must lie inside of it.</summary>
    public static string? Problem(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return "must be a JSON schema, an object";
        }

        try
        {
            if (ForeignReference(schema) is { } reference)
            {
                return $"$ref '{reference}' leads out of the schema; write what it means into the schema";
            }

            if (SchemaShape.Problem(schema) is { } problem)
            {
                return problem;
            }
        }
        catch (InvalidOperationException)
        {
            return "holds half of a surrogate pair, which is not a character";
        }

        try
        {
            // Some of what is wrong shows only when something is checked against it.
            var read = JsonSchema.FromJsonAsync(schema.GetRawText()).GetAwaiter().GetResult();
            foreach (var sample in Samples)
            {
                read.Validate(sample);
            }

            return null;
        }
        catch (Exception e)
        {
            // The library throws whatever its parser meets.
            return $"is no JSON schema: {e.Message}";
        }
    }

    /// <summary>A check for a schema that <see cref="Problem"/> has accepted.</summary>
    public static SchemaCheck Of(string schema) => new(JsonSchema.FromJsonAsync(schema).GetAwaiter().GetResult());

    public static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public bool Accepts(string text)
    {
        if (!IsJson(text))
        {
            return false;
        }

        try
        {
            return _schema.Validate(text).Count == 0;
        }
        catch (Exception e) when (e is Newtonsoft.Json.JsonException or InvalidOperationException or ArgumentException or OverflowException)
        {
            return false;
        }
    }

    private static string? ForeignReference(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                if (property.NameEquals("$ref") && property.Value.ValueKind == JsonValueKind.String && property.Value.GetString() is { } target && !target.StartsWith('#'))
                {
                    return target;
                }

                if (ForeignReference(property.Value) is { } inner)
                {
                    return inner;
                }
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                if (ForeignReference(item) is { } inner)
                {
                    return inner;
                }
            }
        }

        return null;
    }
}
