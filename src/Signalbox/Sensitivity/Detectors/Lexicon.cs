using System.Text;
using Signalbox.Sensitivity.Injection;

namespace Signalbox.Sensitivity.Detectors;

/// <summary>
/// The known words as one hash table. A text is read once: while the letters of a word are hashed, every prefix is looked up,
/// so that stems ("telefon*") cost nothing extra. In text without accents most words are passed over by their first four letters.
/// Built on first use.
/// </summary>
internal sealed class Lexicon
{
    private const ulong Seed = 14695981039346656037;
    private const ulong Prime = 0x9E3779B97F4A7C15;
    private const int FilterBits = 1 << 16;
    private const int LongestWord = 40;

    private static readonly Lazy<Lexicon> Built = new(static () => new Lexicon());

    private readonly ulong[] _filter = new ulong[FilterBits / 64];

    // The beginnings of known words: most words of a text are given up after three letters.
    private readonly ulong[] _prefixes = new ulong[FilterBits / 64];
    private readonly Dictionary<ulong, Meaning> _meanings = new(4096);
    private readonly WordBeginnings _beginnings = new();

    private Lexicon()
    {
        foreach (var table in (ReadOnlySpan<(WordClass, string)[]>)[LexiconWords.Personal, LexiconWords.Secrets, LexiconWords.Places, InjectionWords.Table])
        {
            foreach (var (classes, words) in table)
            {
                Add(classes, words);
            }
        }
    }

    public static Lexicon Instance => Built.Value;

    /// <summary>Finds the known words of a text, in order.</summary>
    public void Find(ReadOnlySpan<char> text, ref WordHits hits)
    {
        var position = 0;
        Span<byte> room = stackalloc byte[AsciiWords.Room];
        while (position < text.Length)
        {
            var part = AsciiWords.Part(text[position..]);
            if (Ascii.IsValid(part))
            {
                var words = new AsciiWords(part, room);
                while (words.Next(_beginnings) is var start and >= 0)
                {
                    FindWord(text, position + start, ref hits);
                }

                position += part.Length;
            }
            else
            {
                position = FindUntil(text, position, position + part.Length, ref hits);
            }
        }
    }

    /// <summary>The meaning of one word.</summary>
    public WordClass Of(ReadOnlySpan<char> word)
    {
        Span<WordHit> space = stackalloc WordHit[8];
        var hits = new WordHits(space);
        Find(word, ref hits);
        var classes = WordClass.None;
        foreach (var hit in hits.All)
        {
            classes |= hit.Classes;
        }

        hits.Dispose();
        return classes;
    }

    /// <summary>Sign by sign; returns where the last word ends.</summary>
    private int FindUntil(ReadOnlySpan<char> text, int position, int end, ref WordHits hits)
    {
        while (position < end)
        {
            var letter = Letters.Fold(text[position]);
            if (letter == Letters.None)
            {
                position++;
                continue;
            }

            position = Letters.IsIdeograph(letter) ? FindFrom(text, position, ref hits) : FindWord(text, position, ref hits);
        }

        return position;
    }

    private int FindWord(ReadOnlySpan<char> text, int start, ref WordHits hits)
    {
        var hash = Seed;
        var classes = WordClass.None;
        var exact = WordClass.None;
        var position = start;
        while (position < text.Length)
        {
            var letter = Letters.Fold(text[position]);
            if (letter == Letters.None || Letters.IsIdeograph(letter))
            {
                break;
            }

            position++;
            if (letter == Letters.Mark)
            {
                continue;
            }

            hash = Step(hash, letter);
            exact = WordClass.None;
            if (position - start <= LongestWord && MayKnow(hash) && _meanings.TryGetValue(hash, out var meaning))
            {
                classes |= meaning.AsStem;
                exact = meaning.AsWord;
            }

            if (!Has(_prefixes, hash))
            {
                var end = SkipWord(text, position);
                exact = end > position ? WordClass.None : exact;
                position = end;
                break;
            }
        }

        classes |= exact;
        if (classes != WordClass.None)
        {
            hits.Add(new WordHit(start, position, classes));
        }

        return position;
    }

    /// <summary>Scripts without blanks: a known word may begin at any sign.</summary>
    private int FindFrom(ReadOnlySpan<char> text, int start, ref WordHits hits)
    {
        var hash = Seed;
        for (var i = start; i < text.Length && i - start < 8; i++)
        {
            var letter = Letters.Fold(text[i]);
            if (letter == Letters.None)
            {
                break;
            }

            hash = Step(hash, letter);
            if (MayKnow(hash) && _meanings.TryGetValue(hash, out var meaning))
            {
                hits.Add(new WordHit(start, i + 1, meaning.AsStem | meaning.AsWord));
                break;
            }
        }

        return start + 1;
    }

    private static int SkipWord(ReadOnlySpan<char> text, int position)
    {
        while (position < text.Length && Letters.Fold(text[position]) is var letter and not Letters.None && !Letters.IsIdeograph(letter))
        {
            position++;
        }

        return position;
    }

    private bool MayKnow(ulong hash) => Has(_filter, hash);

    private static bool Has(ulong[] filter, ulong hash) => (filter[(hash >> 54) & ((FilterBits / 64) - 1)] >> (int)((hash >> 48) & 63) & 1) != 0;

    private static void Set(ulong[] filter, ulong hash) => filter[(hash >> 54) & ((FilterBits / 64) - 1)] |= 1UL << (int)((hash >> 48) & 63);

    private void Add(WordClass classes, string words)
    {
        foreach (var range in words.AsSpan().SplitAny(' ', '\n'))
        {
            var word = words.AsSpan(range).Trim();
            var isStem = word.EndsWith('*');
            word = isStem ? word[..^1] : word;
            if (word.IsEmpty)
            {
                continue;
            }

            _beginnings.Add(word, isStem);
            var hash = Seed;
            foreach (var c in word)
            {
                if (Letters.Fold(c) is var letter and > Letters.Mark)
                {
                    if (hash != Seed)
                    {
                        Set(_prefixes, hash);
                    }

                    hash = Step(hash, letter);
                }
            }

            _meanings.TryGetValue(hash, out var known);
            _meanings[hash] = isStem ? known with { AsStem = known.AsStem | classes } : known with { AsWord = known.AsWord | classes };
            Set(_filter, hash);
        }
    }

    private static ulong Step(ulong hash, char letter)
    {
        hash = (hash ^ letter) * Prime;
        return hash ^ (hash >> 29);
    }

    private readonly record struct Meaning(WordClass AsWord, WordClass AsStem);
}
