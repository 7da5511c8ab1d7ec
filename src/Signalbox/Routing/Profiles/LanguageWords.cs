namespace Signalbox.Routing.Profiles;

/// <summary>
/// Frequent words of the languages that share a script, with the groups of three letters that occur in them, so that words which
/// are on no list count too. Read from languages.txt when the first text is detected.
/// </summary>
internal sealed class LanguageWords
{
    private const int LongestWord = 32;
    private const int Groups = 4096;

    /// <summary>Logarithms are kept in this fraction of a unit.</summary>
    private const float GroupScale = 12;

    /// <summary>How much a listed word says beside its letter groups, where one language alone lists it.</summary>
    private const float WordWeight = 4;

    /// <summary>How far the first language must be before the second, per root of the number of words.</summary>
    private const float LeastLead = 0.9f;

    /// <summary>Accents that stand after their letter begin here.</summary>
    private const char FirstMark = '\u0300';

    private const int CyrillicFirst = 'а';

    /// <summary>Letters that one of the languages has to itself, or nearly.</summary>
    private static readonly (string Language, string Letters)[] OwnLetters =
    [
        ("de", "ßäöü"), ("fr", "èêœùûîç"), ("es", "ñ¿¡"), ("it", "ìòè"), ("pt", "ãõç"), ("pl", "łżśźąęńć"), ("tr", "ğış"), ("cs", "řěů"),
        ("sv", "å"), ("da", "øæ"), ("hu", "őű"), ("ro", "șță"), ("ru", "ыэё"), ("uk", "іїєґ"),
    ];

    private const float LetterWeight = 2;

    private static readonly Lazy<LanguageWords> Shared = new(static () => new LanguageWords());

    private readonly List<string> _languages = [];
    private readonly List<bool> _isCyrillic = [];
    private readonly Dictionary<string, uint> _words = new(4096, StringComparer.Ordinal);
    private readonly sbyte[] _groups;
    private readonly Dictionary<char, uint> _letters = [];

    private LanguageWords()
    {
        var counts = new Dictionary<(int Language, int Group), int>();
        using var stream = typeof(LanguageWords).Assembly.GetManifestResourceStream("profiles/languages.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                ReadLanguage(line, counts);
            }
        }

        foreach (var (language, letters) in OwnLetters)
        {
            foreach (var letter in letters)
            {
                _letters[letter] = _letters.GetValueOrDefault(letter) | (1u << _languages.IndexOf(language));
            }
        }

        _groups = new sbyte[Groups * _languages.Count];
        Weigh(counts);
    }

    public static LanguageWords Instance => Shared.Value;

    public string? Detect(ReadOnlySpan<char> text, bool isCyrillic)
    {
        Span<float> scores = stackalloc float[_languages.Count];
        scores.Clear();
        var lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<int> groups = stackalloc int[_languages.Count];
        groups.Clear();
        Span<char> word = stackalloc char[LongestWord];
        var (words, listed, at) = (0, 0, 0);
        while (NextWord(text, ref at, word, out var length))
        {
            words++;
            var lower = word[..length];
            AddGroups(lower, groups);
            AddLetters(lower, scores);
            if (Listed(lookup, lower) is var languages and > 0)
            {
                listed += lower.Length > 1 ? 1 : 0;
                AddWord(languages, lower.Length, scores);
            }
        }

        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] += groups[i] / GroupScale;
        }

        return words == 0 ? null : Best(scores, isCyrillic, words, listed);
    }

    private string? Best(ReadOnlySpan<float> scores, bool isCyrillic, int words, int listed)
    {
        var (best, second) = (-1, -1);
        for (var i = 0; i < scores.Length; i++)
        {
            if (_isCyrillic[i] != isCyrillic)
            {
                continue;
            }

            if (best < 0 || scores[i] > scores[best])
            {
                (best, second) = (i, best);
            }
            else if (second < 0 || scores[i] > scores[second])
            {
                second = i;
            }
        }

        var lead = scores[best] - scores[second];
        var isSure = lead >= LeastLead * MathF.Sqrt(words) && ((listed > 0 && listed * 12 >= words) || lead >= 4 * LeastLead * MathF.Sqrt(words));
        return isSure ? _languages[best] : null;
    }

    private static uint Listed(Dictionary<string, uint>.AlternateLookup<ReadOnlySpan<char>> lookup, ReadOnlySpan<char> word)
    {
        if (lookup.TryGetValue(word, out var languages))
        {
            return languages;
        }

        // "l'homme" is known by its second part.
        var apostrophe = word.IndexOf('\'');
        return apostrophe >= 0 && lookup.TryGetValue(word[(apostrophe + 1)..], out languages) ? languages : 0;
    }

    /// <summary>A word that many languages list says little, and so does a word of one letter.</summary>
    private static void AddWord(uint languages, int length, Span<float> scores)
    {
        var weight = WordWeight / System.Numerics.BitOperations.PopCount(languages) * (length == 1 ? 0.5f : 1);
        for (var rest = languages; rest != 0; rest &= rest - 1)
        {
            scores[System.Numerics.BitOperations.TrailingZeroCount(rest)] += weight;
        }
    }

    private void AddGroups(ReadOnlySpan<char> word, Span<int> scores)
    {
        var count = _languages.Count;
        for (var i = -1; i < word.Length - 1; i++)
        {
            var row = _groups.AsSpan(GroupAt(word, i) * count, count);
            for (var language = 0; language < row.Length && language < scores.Length; language++)
            {
                scores[language] += row[language];
            }
        }
    }

    private void AddLetters(ReadOnlySpan<char> word, Span<float> scores)
    {
        foreach (var c in word)
        {
            if (c >= 128 && _letters.TryGetValue(c, out var languages))
            {
                var weight = LetterWeight / System.Numerics.BitOperations.PopCount(languages);
                for (var rest = languages; rest != 0; rest &= rest - 1)
                {
                    scores[System.Numerics.BitOperations.TrailingZeroCount(rest)] += weight;
                }
            }
        }
    }

    /// <summary>The group of three around a position; a blank stands before and after the word.</summary>
    private static int GroupAt(ReadOnlySpan<char> word, int at)
    {
        var first = at < 0 ? ' ' : word[at];
        var second = word[at + 1];
        var third = at + 2 < word.Length ? word[at + 2] : ' ';
        var hash = ((first * 31u) + second) * 0x9E3779B1u;
        hash = (hash ^ third) * 0x85EBCA6Bu;
        return (int)((hash ^ (hash >> 15)) % Groups);
    }

    private static bool NextWord(ReadOnlySpan<char> text, ref int at, Span<char> word, out int length)
    {
        length = 0;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (char.IsLetter(c) || (c >= FirstMark && length > 0 && char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.NonSpacingMark))
            {
                if (length < LongestWord)
                {
                    word[length++] = c == 'İ' ? 'i' : char.ToLowerInvariant(c);
                }
            }
            else if (c is '\'' or '’' && length is > 0 and < LongestWord && at + 1 < text.Length && char.IsLetter(text[at + 1]))
            {
                word[length++] = '\'';
            }
            else if (length > 0)
            {
                break;
            }
        }

        return length > 0;
    }

    private void ReadLanguage(string line, Dictionary<(int Language, int Group), int> counts)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var language = _languages.Count;
        _languages.Add(words[0]);
        _isCyrillic.Add(words[1][0] >= CyrillicFirst);
        foreach (var word in words.AsSpan(1))
        {
            _words[word] = _words.GetValueOrDefault(word) | (1u << language);
            for (var i = -1; i < word.Length - 1; i++)
            {
                var key = (language, GroupAt(word, i));
                counts[key] = counts.GetValueOrDefault(key) + 1;
            }
        }
    }

    /// <summary>Turns counts into how much more a group is worth in one language than on average.</summary>
    private void Weigh(Dictionary<(int Language, int Group), int> counts)
    {
        const float Prior = 0.35f;
        var totals = new float[_languages.Count];
        foreach (var ((language, _), count) in counts)
        {
            totals[language] += count;
        }

        var logs = new float[_languages.Count];
        for (var group = 0; group < Groups; group++)
        {
            var mean = 0f;
            for (var language = 0; language < logs.Length; language++)
            {
                logs[language] = MathF.Log((counts.GetValueOrDefault((language, group)) + Prior) / (totals[language] + (Prior * Groups)));
                mean += logs[language] / logs.Length;
            }

            for (var language = 0; language < logs.Length; language++)
            {
                _groups[(group * logs.Length) + language] = (sbyte)Math.Clamp((logs[language] - mean) * GroupScale, sbyte.MinValue, sbyte.MaxValue);
            }
        }
    }
}
