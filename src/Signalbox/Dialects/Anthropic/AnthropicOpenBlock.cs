using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>A content block of a stream between its start and its stop, where it needs remembering.</summary>
internal sealed class AnthropicOpenBlock
{
    private readonly string _type;
    private readonly JsonElement _start;
    private readonly bool _isCall;
    private bool _hasArguments;
    private StringBuilder? _input;
    private JsonObject? _merged;

    private AnthropicOpenBlock(string type, JsonElement start, bool isCall)
    {
        _type = type;
        _start = start;
        _isCall = isCall;
    }

    /// <summary>Position of the call among the calls of the answer.</summary>
    public int CallIndex { get; private init; }

    public static AnthropicOpenBlock Call(int callIndex, JsonElement start) => new("tool_use", start, isCall: true) { CallIndex = callIndex };

    public static AnthropicOpenBlock Opaque(string type, JsonElement start) => new(type, start, isCall: false);

    /// <summary>Takes a fragment of the input: a call's goes on at once, another block's is kept until it is whole.</summary>
    public AIContent? Append(string fragment)
    {
        if (_isCall)
        {
            _hasArguments = true;
            return new ToolCallDelta(CallIndex) { Arguments = fragment };
        }

        (_input ??= new StringBuilder()).Append(fragment);
        return null;
    }

    /// <summary>Takes a delta of a kind that only this block knows: its texts are appended, its other values replace.</summary>
    public void Merge(JsonElement delta)
    {
        if (_isCall)
        {
            return;
        }

        _merged ??= Copy(_start);
        foreach (var property in delta.EnumerateObject())
        {
            if (property.NameEquals("type"u8))
            {
                continue;
            }

            var addition = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : null;
            var existing = _merged[property.Name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
            _merged[property.Name] = addition is null ? JsonNode.Parse(property.Value.GetRawText()) : JsonValue.Create(existing + addition);
        }
    }

    /// <summary>What is to be said when the block ends.</summary>
    public AIContent? Close()
    {
        if (!_isCall)
        {
            return new OpaqueContent(AnthropicDialect.DialectName, _type, Whole());
        }

        // The input of the start is a placeholder, unless no delta followed; a call without arguments has only empty ones.
        return _hasArguments ? null : new ToolCallDelta(CallIndex) { Arguments = StartInput() };
    }

    private string StartInput() => _start.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.Object ? input.GetRawText() : "{}";

    /// <summary>The input of a block that the token limit cut is no JSON; the block then keeps the one it began with.</summary>
    private static JsonNode? ParseInput(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Made property by property: a repeated key of a careless server must not throw.</summary>
    private static JsonObject Copy(JsonElement block)
    {
        var copy = new JsonObject();
        foreach (var property in block.EnumerateObject())
        {
            copy[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        }

        return copy;
    }

    private JsonElement Whole()
    {
        if (_input is not null && ParseInput(_input.ToString()) is { } input)
        {
            _merged ??= Copy(_start);
            _merged["input"] = input;
        }

        if (_merged is null)
        {
            return _start;
        }

        using var document = JsonDocument.Parse(_merged.ToJsonString());
        return document.RootElement.Clone();
    }
}
