using System.Text;
using System.Text.Json;

namespace Signalbox.Dialects;

/// <summary>
/// Reads fields of a caller's body and remembers the first thing that is wrong with it, with its path. Readers go on with
/// null after a problem and look at <see cref="Error"/> once, at the end, so that no reader needs an exception.
/// </summary>
internal sealed class ReadProblems
{
    private readonly List<(string Name, int Index)> _path = new(8);

    /// <summary>The first problem, or null.</summary>
    public GatewayError? Error { get; private set; }

    /// <summary>Goes down into a property, or into item <paramref name="index"/> of an array property.</summary>
    public void Enter(string name, int index = -1) => _path.Add((name, index));

    /// <summary>Comes back up.</summary>
    public void Leave() => _path.RemoveAt(_path.Count - 1);

    /// <summary>Records a problem with property <paramref name="name"/> of the current object (or with the object itself).</summary>
    public void Fail(string? name, string message)
    {
        if (Error is null)
        {
            var field = PathTo(name);
            Error = GatewayError.Invalid(field, $"{(field.Length == 0 ? "The body" : field)} {message}");
        }
    }

    /// <summary>The text of a string property; null when absent, JSON null or wrong.</summary>
    public string? String(JsonElement parent, string name, bool required = false) =>
        Get(parent, name, required) is { } value && Is(value, JsonValueKind.String, name, "a string") ? value.GetString() : null;

    /// <summary>A boolean property; null when absent, JSON null or wrong.</summary>
    public bool? Bool(JsonElement parent, string name)
    {
        if (Get(parent, name, required: false) is not { } value)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Fail(name, "must be true or false");
        return null;
    }

    /// <summary>A whole number; null when absent, JSON null or wrong.</summary>
    public int? Int(JsonElement parent, string name)
    {
        if (Get(parent, name, required: false) is not { } value || !Is(value, JsonValueKind.Number, name, "a whole number"))
        {
            return null;
        }

        if (value.TryGetInt32(out var whole))
        {
            return whole;
        }

        // Some clients write whole numbers as 100.0.
        if (value.TryGetDouble(out var real) && real == Math.Floor(real) && Math.Abs(real) <= int.MaxValue)
        {
            return (int)real;
        }

        Fail(name, "must be a whole number of at most 2147483647");
        return null;
    }

    /// <summary>A whole 64-bit number; null when absent, JSON null or wrong.</summary>
    public long? Long(JsonElement parent, string name)
    {
        if (Get(parent, name, required: false) is not { } value || !Is(value, JsonValueKind.Number, name, "a whole number"))
        {
            return null;
        }

        if (value.TryGetInt64(out var whole))
        {
            return whole;
        }

        Fail(name, "must be a whole number");
        return null;
    }

    /// <summary>A number; null when absent, JSON null or wrong.</summary>
    public float? Number(JsonElement parent, string name)
    {
        if (Get(parent, name, required: false) is not { } value || !Is(value, JsonValueKind.Number, name, "a number"))
        {
            return null;
        }

        if (value.TryGetSingle(out var real) && float.IsFinite(real))
        {
            return real;
        }

        Fail(name, "must be a finite number");
        return null;
    }

    /// <summary>An object property; null when absent, JSON null or wrong.</summary>
    public JsonElement? Object(JsonElement parent, string name, bool required = false) =>
        Get(parent, name, required) is { } value && Is(value, JsonValueKind.Object, name, "an object") ? value : null;

    /// <summary>An array property; null when absent, JSON null or wrong.</summary>
    public JsonElement? Array(JsonElement parent, string name, bool required = false) =>
        Get(parent, name, required) is { } value && Is(value, JsonValueKind.Array, name, "an array") ? value : null;

    /// <summary>Any value that is there and not JSON null.</summary>
    public JsonElement? Get(JsonElement parent, string name, bool required)
    {
        if (parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            return value;
        }

        if (required)
        {
            Fail(name, "is required");
        }

        return null;
    }

    /// <summary>Whether a value has the kind that is asked for; records a problem when it has not.</summary>
    public bool Is(JsonElement value, JsonValueKind kind, string? name, string expected)
    {
        if (value.ValueKind == kind)
        {
            return true;
        }

        Fail(name, $"must be {expected}, not {Describe(value.ValueKind)}");
        return false;
    }

    private string PathTo(string? name)
    {
        var path = new StringBuilder();
        foreach (var (segment, index) in _path)
        {
            Append(path, segment);
            if (index >= 0)
            {
                path.Append('[').Append(index).Append(']');
            }
        }

        if (name is not null)
        {
            Append(path, name);
        }

        return path.ToString();
    }

    private static void Append(StringBuilder path, string segment)
    {
        if (path.Length > 0 && segment.Length > 0)
        {
            path.Append('.');
        }

        path.Append(segment);
    }

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };
}
