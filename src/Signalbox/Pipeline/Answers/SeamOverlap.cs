using System.Text;

namespace Signalbox.Pipeline.Answers;

/// <summary>
/// Removes from the beginning of a continuation what the caller already has. A model that was given the beginning of an answer may
/// write its last words again, or start over. Text is held back as long as it may still turn out to be such a repetition, and
/// no longer.
/// </summary>
internal sealed class SeamOverlap
{
    /// <summary>A repetition shorter than this cannot be told from a word that goes on ("hel" and "lo").</summary>
    private const int LeastOverlap = 16;

    /// <summary>When the whole of what was shown is repeated, fewer characters are proof enough.</summary>
    private const int LeastRestart = 4;

    /// <summary>How far back a repetition of the last words may begin; starting over is seen at any length.</summary>
    private const int Window = 2048;

    private readonly string _shown;
    private readonly StringBuilder _held = new();
    private readonly List<int> _begins = [];
    private int _blank;
    private int _overlap;
    private bool _isOpen;

    /// <summary>Looks at a seam.</summary>
    /// <param name="shown">What the caller has.</param>
    /// <param name="sent">How much of it the continuing model was given; the white space behind that it may write again.</param>
    public SeamOverlap(string shown, int sent)
    {
        _shown = shown;
        _blank = sent;
        _isOpen = shown.Length > 0;
        for (var i = Math.Max(0, shown.Length - Window); i < shown.Length; i++)
        {
            if (IsWordBegin(shown, i))
            {
                _begins.Add(i);
            }
        }

        if (shown.Length > Window)
        {
            _begins.Insert(0, 0);
        }
    }

    /// <summary>Takes the next text of the continuation; gives what of it is new and certain.</summary>
    public string Take(string text)
    {
        if (!_isOpen)
        {
            return text;
        }

        var i = 0;
        while (_held.Length == 0 && i < text.Length && _blank < _shown.Length && text[i] == _shown[_blank])
        {
            // The white space that the model was not given, and the caller has.
            _blank++;
            i++;
        }

        for (; i < text.Length; i++)
        {
            if (_held.Length == 0)
            {
                _blank = _shown.Length;
            }

            if (!Extend(text[i]))
            {
                _isOpen = false;
                return Release() + text[(i + 1)..];
            }
        }

        return "";
    }

    /// <summary>What was held back, when nothing more comes before something else or the end.</summary>
    public string End()
    {
        if (!_isOpen)
        {
            return "";
        }

        _isOpen = false;
        // In the middle of starting over: nothing of it is new.
        return _held.Length >= LeastOverlap && _begins is [0, ..] ? "" : Release();
    }

    /// <summary>False when no repetition can come any more that is longer than what was found.</summary>
    private bool Extend(char c)
    {
        var kept = 0;
        var offset = _held.Length;
        _held.Append(c);
        for (var i = 0; i < _begins.Count; i++)
        {
            var position = _begins[i] + offset;
            if (position >= _shown.Length)
            {
                _overlap = IsOverlap(offset) ? offset : _overlap;
            }
            else if (_shown[position] == c)
            {
                _begins[kept++] = _begins[i];
            }
        }

        _begins.RemoveRange(kept, _begins.Count - kept);
        return kept > 0;
    }

    private bool IsOverlap(int length) => length >= (length == _shown.Length ? LeastRestart : LeastOverlap) && !IsPeriodic(_shown.AsSpan(_shown.Length - length));

    /// <summary>A table's rule or a run of zeros goes on as it began: that is no repetition by mistake.</summary>
    private static bool IsPeriodic(ReadOnlySpan<char> text)
    {
        // The longest beginning that is an end too, for every beginning of the text (Knuth, Morris and Pratt).
        var borders = new int[text.Length];
        for (int i = 1, border = 0; i < text.Length; i++)
        {
            while (border > 0 && text[i] != text[border])
            {
                border = borders[border - 1];
            }

            border += text[i] == text[border] ? 1 : 0;
            borders[i] = border;
        }

        return 2 * borders[^1] >= text.Length;
    }

    private string Release()
    {
        var overlap = _overlap;
        foreach (var begin in _begins)
        {
            if (begin + _held.Length == _shown.Length && IsOverlap(_held.Length))
            {
                overlap = _held.Length;
                break;
            }
        }

        var text = _held.ToString(overlap, _held.Length - overlap);
        _held.Clear();
        return text;
    }

    private static bool IsWordBegin(string text, int i) => !char.IsWhiteSpace(text[i]) && (i == 0 || !char.IsLetterOrDigit(text[i - 1]) || !char.IsLetterOrDigit(text[i]));
}
