using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Signalbox.Dialects.Json;

namespace Signalbox.Dialects.Gemini;

/// <summary>
/// A call whose arguments come in pieces, as newer models on Vertex AI can be asked to send them: each piece is a value, or the
/// next part of a text, with its path in the arguments (<c>$.order.items[0].name</c>).
/// </summary>
internal sealed class GeminiPartialCall(int index)
{
    private const int MaxDepth = 64;
    private const int MaxGap = 64;

    private readonly JsonObject _arguments = [];
    private readonly StringBuilder _text = new();
    private string? _textPath;

    public int Index => index;

    /// <summary>Adds the pieces of one part.</summary>
    public void Add(JsonElement partialArgs)
    {
        if (partialArgs.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var piece in partialArgs.EnumerateArray())
        {
            if (GeminiFields.Text(piece, "jsonPath") is { } path)
            {
                AddPiece(path, piece);
            }
        }
    }

    /// <summary>The whole arguments as JSON text.</summary>
    public string Arguments()
    {
        FlushText();
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, JsonText.Compact))
        {
            _arguments.WriteTo(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void AddPiece(string path, JsonElement piece)
    {
        if (GeminiFields.Text(piece, "stringValue") is { } text)
        {
            if (_textPath != path)
            {
                FlushText();
                _textPath = path;
            }

            _text.Append(text);
            return;
        }

        FlushText();
        if (GeminiFields.TryGet(piece, "numberValue", out var value) || GeminiFields.TryGet(piece, "boolValue", out value))
        {
            Set(path, JsonValue.Create(value.Clone()));
        }
        else if (piece.TryGetProperty(GeminiFields.Of(piece, "nullValue"), out _))
        {
            Set(path, null);
        }
    }

    private void FlushText()
    {
        if (_textPath is not null)
        {
            Set(_textPath, JsonValue.Create(_text.ToString()));
            _textPath = null;
            _text.Clear();
        }
    }

    private void Set(string path, JsonNode? value)
    {
        var steps = Steps(path);
        if (steps.Count == 0)
        {
            return;
        }

        JsonNode place = _arguments;
        for (var i = 0; i < steps.Count - 1; i++)
        {
            place = Get(place, steps[i]) ?? Put(place, steps[i], steps[i + 1] is int ? new JsonArray() : new JsonObject())!;
        }

        Put(place, steps[^1], value);
    }

    private static JsonNode? Get(JsonNode place, object step) => step switch
    {
        string name when place is JsonObject parent => parent.TryGetPropertyValue(name, out var child) ? child : null,
        int position when place is JsonArray parent => position < parent.Count ? parent[position] : null,
        _ => throw new JsonException("A piece of a call's arguments does not fit the pieces before it."),
    };

    private static JsonNode? Put(JsonNode place, object step, JsonNode? value)
    {
        if (step is string name && place is JsonObject parent)
        {
            parent[name] = value;
            return value;
        }

        if (step is not int position || place is not JsonArray array || position > array.Count + MaxGap)
        {
            throw new JsonException("A piece of a call's arguments does not fit the pieces before it.");
        }

        while (array.Count <= position)
        {
            array.Add((JsonNode?)null);
        }

        array[position] = value;
        return value;
    }

    /// <summary>The names and positions of a path: <c>$.a[0]['b c']</c>.</summary>
    private static List<object> Steps(string path)
    {
        var steps = new List<object>();
        var rest = path.AsSpan(path.StartsWith('$') ? 1 : 0);
        while (!rest.IsEmpty)
        {
            if (steps.Count == MaxDepth)
            {
                throw new JsonException("The path of a piece of a call's arguments is too deep.");
            }

            rest = rest[0] == '[' ? Bracket(rest, steps) : Member(rest[0] == '.' ? rest[1..] : rest, steps);
        }

        return steps;
    }

    private static ReadOnlySpan<char> Member(ReadOnlySpan<char> rest, List<object> steps)
    {
        var end = rest.IndexOfAny('.', '[');
        var name = end < 0 ? rest : rest[..end];
        steps.Add(name.ToString());
        return rest[name.Length..];
    }

    private static ReadOnlySpan<char> Bracket(ReadOnlySpan<char> rest, List<object> steps)
    {
        var isQuoted = rest.Length > 1 && rest[1] is '\'' or '"';
        var end = isQuoted ? rest[2..].IndexOf([rest[1], ']']) + 2 : rest.IndexOf(']');
        if (end < 2)
        {
            throw new JsonException("The path of a piece of a call's arguments is malformed.");
        }

        if (isQuoted)
        {
            steps.Add(rest[2..end].ToString());
            return rest[(end + 2)..];
        }

        var inside = rest[1..end];
        steps.Add(int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? (object)position : inside.ToString());
        return rest[(end + 1)..];
    }
}
