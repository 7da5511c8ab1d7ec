using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using Signalbox.Dialects.Json;

namespace Signalbox.Sensitivity.Masking;

/// <summary>
/// A caller's body with the texts of its messages masked and every other byte as it was, in any of the five dialects. Which
/// strings are texts is known from their names and places: ids, types, roles, models, addresses and encoded data are none.
/// </summary>
internal sealed class MaskedBody
{
    private static readonly string[] Roots = ["messages", "input", "instructions", "system", "contents", "system_instruction", "systemInstruction", "prompt"];

    /// <summary>Fields that hold a text, or lead to one.</summary>
    private static readonly string[] Texts =
        ["content", "text", "parts", "output", "arguments", "refusal", "title", "context", "function_call", "functionCall", "function_response", "functionResponse", "function", "tool_calls", "summary", "thinking", "reasoning", "reasoning_content"];

    /// <summary>Fields whose objects are the caller's own data: every string in them is a text.</summary>
    private static readonly string[] Data = ["input", "args", "response", "arguments", "result"];

    private readonly ReadOnlyMemory<byte> _body;
    private readonly Masker _masker;
    private readonly List<(JsonElement Element, string Text)> _texts = [];

    private MaskedBody(ReadOnlyMemory<byte> body, Masker masker)
    {
        _body = body;
        _masker = masker;
    }

    /// <summary>The body to send. <paramref name="root"/> must have been parsed from just these bytes.</summary>
    public static ReadOnlyMemory<byte> Create(ReadOnlyMemory<byte> body, JsonElement root, Masker masker)
    {
        var masked = new MaskedBody(body, masker);
        masked.Collect(root);
        return masked.Write();
    }

    private void Collect(JsonElement root)
    {
        foreach (var property in root.EnumerateObject())
        {
            if (Is(property, Roots))
            {
                Walk(property.Value, isData: false);
            }
        }
    }

    private void Walk(JsonElement element, bool isData)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                var text = element.GetString()!;
                _masker.Table.Reserve(text);
                _texts.Add((element, text));
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Walk(item, isData);
                }

                break;
            case JsonValueKind.Object:
                WalkObject(element, isData);
                break;
        }
    }

    private void WalkObject(JsonElement element, bool isData)
    {
        foreach (var property in element.EnumerateObject())
        {
            var holdsData = Is(property, Data) && property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
            if (isData || holdsData || Is(property, Texts))
            {
                Walk(property.Value, isData || holdsData);
            }
            else if (property.NameEquals("source") && property.Value.ValueKind == JsonValueKind.Object
                && property.Value.TryGetProperty("type", out var type) && type.ValueEquals("text") && property.Value.TryGetProperty("data", out var data))
            {
                // A document of Anthropic's that is plain text; other sources are encoded.
                Walk(data, isData: false);
            }
        }
    }

    private ReadOnlyMemory<byte> Write()
    {
        ArrayBufferWriter<byte>? output = null;
        var position = 0;
        foreach (var (element, text) in _texts)
        {
            var masked = _masker.Mask(text);
            if (ReferenceEquals(masked, text))
            {
                continue;
            }

            output ??= new ArrayBufferWriter<byte>(_body.Length + 256);
            var raw = JsonMarshal.GetRawUtf8Value(element);
            if (!_body.Span.Overlaps(raw, out var start))
            {
                throw new ArgumentException("The element was not parsed from the body.");
            }

            JsonText.Raw(output, _body.Span[position..start]);
            JsonText.String(output, masked);
            position = start + raw.Length;
        }

        if (output is null)
        {
            return _body;
        }

        JsonText.Raw(output, _body.Span[position..]);
        return output.WrittenMemory;
    }

    private static bool Is(JsonProperty property, string[] names)
    {
        foreach (var name in names)
        {
            if (property.NameEquals(name))
            {
                return true;
            }
        }

        return false;
    }
}
