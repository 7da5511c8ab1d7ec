using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Signalbox.Sensitivity.Masking;

/// <summary>
/// Puts the values back where an answer has placeholders. Takes the answer chunk by chunk and holds back only what may be the
/// beginning of a placeholder. One for each text of an answer; not for several threads.
/// </summary>
/// <param name="table">The request's placeholders.</param>
/// <param name="isJson">Whether the text is JSON, in whose strings a value is escaped.</param>
internal sealed class Unmasker(MaskTable table, bool isJson = false)
{
    private readonly StringBuilder _output = new();
    private string _held = "";

    /// <summary>Takes the next chunk; answers what can go on.</summary>
    public string Push(ReadOnlySpan<char> chunk)
    {
        if (_held.Length == 0 && !chunk.Contains('['))
        {
            return chunk.ToString();
        }

        var text = string.Concat(_held, chunk).AsSpan();
        _held = "";
        _output.Clear();
        while (text.IndexOf('[') is var open and >= 0)
        {
            _output.Append(text[..open]);
            text = text[open..];
            var length = Placeholder.LengthAt(text);
            if (length > 0 && table.TryGetValue(text[..length], out var value))
            {
                _output.Append(isJson ? JsonEncodedText.Encode(value!, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value : value);
                text = text[length..];
            }
            else if (length == 0 && MayBecome(text))
            {
                _held = text.ToString();
                return _output.ToString();
            }
            else
            {
                _output.Append('[');
                text = text[1..];
            }
        }

        return _output.Append(text).ToString();
    }

    /// <summary>What was held back when the answer ended.</summary>
    public string Finish()
    {
        var rest = _held;
        _held = "";
        return rest;
    }

    /// <summary>A whole text at once.</summary>
    public static string Unmask(MaskTable table, string text, bool isJson = false)
    {
        var unmasker = new Unmasker(table, isJson);
        return unmasker.Push(text) + unmasker.Finish();
    }

    private bool MayBecome(ReadOnlySpan<char> text)
    {
        if (text.Length >= table.Longest)
        {
            return false;
        }

        foreach (var placeholder in table.Placeholders)
        {
            if (placeholder.AsSpan().StartsWith(text, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
