using System.Runtime.InteropServices;

namespace Signalbox.Inference.Tokenization;

/// <summary>A stretch of the text, or a special token in it.</summary>
/// <param name="Token">The special token; -1 for text.</param>
/// <param name="Start">First byte of the text.</param>
/// <param name="Length">Bytes of text.</param>
internal readonly record struct Fragment(int Token, int Start, int Length);

/// <summary>
/// Cuts special tokens out of a text before anything else is done with it: the longest first, each everywhere; so a shorter one
/// is never found inside a longer one. Control tokens only where they are asked for, user-defined tokens always.
/// </summary>
internal sealed class SpecialTokenFinder
{
    private const TokenAttributes OnlyParsed = TokenAttributes.Control | TokenAttributes.Unknown;

    private readonly Vocabulary _vocabulary;
    private readonly int[] _tokens;

    public SpecialTokenFinder(Vocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        _tokens = [.. Enumerable.Range(0, vocabulary.Count)
            .Where(id => vocabulary.Is(id, OnlyParsed | TokenAttributes.UserDefined))
            .OrderByDescending(id => vocabulary.Texts[id].Length)];
    }

    /// <summary>The text's fragments in order.</summary>
    public List<Fragment> Cut(ReadOnlySpan<byte> text, bool parseSpecial)
    {
        List<Fragment> fragments = [];
        if (text.IsEmpty)
        {
            return fragments;
        }

        fragments.Add(new(-1, 0, text.Length));
        Span<ulong> pairs = stackalloc ulong[1024];
        Mark(text, pairs);
        foreach (var token in _tokens)
        {
            ReadOnlySpan<byte> name = _vocabulary.Texts[token];
            if (!parseSpecial && _vocabulary.Is(token, OnlyParsed))
            {
                continue;
            }

            if (name.Length < 2 ? text.Contains(name[0]) : Has(pairs, name))
            {
                CutOne(text, token, ref fragments);
            }
        }

        return fragments;
    }

    /// <summary>Which byte is followed by which: most special tokens are not in a text, and their first two bytes tell that.</summary>
    private static void Mark(ReadOnlySpan<byte> text, Span<ulong> pairs)
    {
        for (var i = 1; i < text.Length; i++)
        {
            var pair = (text[i - 1] << 8) | text[i];
            pairs[pair >> 6] |= 1UL << (pair & 63);
        }
    }

    private static bool Has(ReadOnlySpan<ulong> pairs, ReadOnlySpan<byte> name)
    {
        var pair = (name[0] << 8) | name[1];
        return (pairs[pair >> 6] >> (pair & 63) & 1) != 0;
    }

    private void CutOne(ReadOnlySpan<byte> text, int token, ref List<Fragment> fragments)
    {
        ReadOnlySpan<byte> name = _vocabulary.Texts[token];
        List<Fragment>? cut = null;
        for (var i = 0; i < fragments.Count; i++)
        {
            var fragment = fragments[i];
            var found = fragment.Token < 0 ? text.Slice(fragment.Start, fragment.Length).IndexOf(name) : -1;
            if (found < 0)
            {
                cut?.Add(fragment);
                continue;
            }

            if (cut is null)
            {
                cut = new(fragments.Count + 2);
                cut.AddRange(CollectionsMarshal.AsSpan(fragments)[..i]);
            }

            CutFragment(text, fragment, token, found, cut);
        }

        fragments = cut ?? fragments;
    }

    private void CutFragment(ReadOnlySpan<byte> text, Fragment fragment, int token, int found, List<Fragment> cut)
    {
        var name = _vocabulary.Texts[token];
        var start = fragment.Start;
        var end = fragment.Start + fragment.Length;
        while (found >= 0)
        {
            var left = start + found;
            while (_vocabulary.Is(token, TokenAttributes.StripsLeft) && left > start && IsSpace(text[left - 1]))
            {
                left--;
            }

            if (left > start)
            {
                cut.Add(new(-1, start, left - start));
            }

            cut.Add(new(token, 0, 0));
            start += found + name.Length;
            while (_vocabulary.Is(token, TokenAttributes.StripsRight) && start < end && IsSpace(text[start]))
            {
                start++;
            }

            found = text[start..end].IndexOf(name);
        }

        if (start < end)
        {
            cut.Add(new(-1, start, end - start));
        }
    }

    private static bool IsSpace(byte value) => value is (byte)' ' or (>= 9 and <= 13);
}
