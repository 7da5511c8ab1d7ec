using Signalbox.Inference.Sampling;

namespace Signalbox.Inference.Training.Corpora;

/// <summary>Writes questions as people might also have written them. What comes out depends on the random numbers alone.</summary>
internal sealed class Augmenter
{
    private const int FewWords = 3;
    private const int LongestPhrase = 6;

    private readonly Augmentation _options;
    private readonly Dictionary<string, List<string>> _synonyms = new(StringComparer.Ordinal);

    public Augmenter(Augmentation options)
    {
        _options = options;
        foreach (var group in options.SynonymGroups)
        {
            foreach (var phrase in group)
            {
                if (!_synonyms.TryGetValue(phrase, out var others))
                {
                    _synonyms.Add(phrase, others = []);
                }

                others.AddRange(group.Where(other => other != phrase));
            }
        }
    }

    /// <summary>A question, changed or not; never empty.</summary>
    public string Change(string question, ref Xoshiro256 random)
    {
        var words = question.ToLowerInvariant().Replace('\u2019', '\'').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToList();
        UseSynonyms(words, ref random);
        DropWords(words, ref random);
        if (random.NextDouble() < _options.NoPunctuation)
        {
            RemovePunctuation(words);
        }

        if (random.NextDouble() < _options.Mistyped)
        {
            Mistype(words, ref random);
        }

        var text = string.Join(' ', words);
        if (_options.GreetingTexts.Count > 0 && random.NextDouble() < _options.Greetings)
        {
            text = $"{Pick(_options.GreetingTexts, ref random)} {text}";
        }

        if (_options.ClosingTexts.Count > 0 && random.NextDouble() < _options.Closings)
        {
            text = $"{text} {Pick(_options.ClosingTexts, ref random)}";
        }

        return text.Length > 0 ? text : question;
    }

    public static T Pick<T>(IReadOnlyList<T> choices, ref Xoshiro256 random) => choices[(int)(random.NextDouble() * choices.Count)];

    private void UseSynonyms(List<string> words, ref Xoshiro256 random)
    {
        if (_synonyms.Count == 0 || _options.Synonyms <= 0)
        {
            return;
        }

        for (var i = 0; i < words.Count; i++)
        {
            for (var length = Math.Min(LongestPhrase, words.Count - i); length > 0; length--)
            {
                var phrase = string.Join(' ', words.GetRange(i, length));
                var plain = phrase.TrimEnd('.', ',', '!', '?', ';', ':');
                if (_synonyms.TryGetValue(plain, out var others) && random.NextDouble() < _options.Synonyms)
                {
                    words.RemoveRange(i, length);
                    words.Insert(i, Pick(others, ref random) + phrase[plain.Length..]);
                    break;
                }
            }
        }
    }

    private void DropWords(List<string> words, ref Xoshiro256 random)
    {
        for (var i = words.Count - 1; i >= 0 && _options.DroppedWords > 0; i--)
        {
            if (words.Count > FewWords && random.NextDouble() < _options.DroppedWords)
            {
                words.RemoveAt(i);
            }
        }
    }

    private static void RemovePunctuation(List<string> words)
    {
        for (var i = words.Count - 1; i >= 0; i--)
        {
            words[i] = string.Concat(words[i].Where(static c => !char.IsPunctuation(c)));
            if (words[i].Length == 0)
            {
                words.RemoveAt(i);
            }
        }
    }

    private void Mistype(List<string> words, ref Xoshiro256 random)
    {
        for (var i = words.Count - 1; i >= 0; i--)
        {
            if (random.NextDouble() >= _options.TyposPerWord)
            {
                continue;
            }

            if (i > 0 && random.NextDouble() < TypingErrors.MissingSpaceShare)
            {
                words[i - 1] += words[i];
                words.RemoveAt(i);
            }
            else
            {
                words[i] = TypingErrors.Make(words[i], ref random);
            }
        }
    }
}
