using System.Text;

namespace Signalbox.Sensitivity.Masking;

/// <summary>
/// Puts the values back where an answer has placeholders. Takes the answer chunk by chunk and holds back only what may be the
/// beginning of a placeholder. One for each text of an answer; not for several threads.
/// </summary>
internal sealed class Unmasker(MaskTable table)
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
                _output.Append(value);
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
    public static string Unmask(MaskTable table, string text)
    {
        var unmasker = new Unmasker(table);
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
