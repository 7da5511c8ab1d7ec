using Signalbox.Sensitivity.Detectors;

namespace Signalbox.Sensitivity.Injection;

/// <summary>
/// What a request's own instructions forbid the model to tell or to talk about. A question for just that is suspicious
/// although there is nothing wrong with its words.
/// </summary>
internal static class GuardedTopics
{
    private const WordClass Concepts = WordClass.Secret | WordClass.WeakSecret | WordClass.Machine | WordClass.Attribute;
    private const int StemLength = 5;
    private const int ShortestWord = 4;

    private const WordClass Ordinary = WordClass.Small | WordClass.Reveal | WordClass.Guard | WordClass.Question | WordClass.Prior | WordClass.Owner | WordClass.Discuss | WordClass.Scope
        | WordClass.All | WordClass.Common | WordClass.Person | WordClass.Reach;

    /// <summary>Takes what trusted instructions forbid.</summary>
    public static void Read(in Passage passage, ref InjectionScore score)
    {
        var text = passage.Text;
        var (sentence, before) = (0, 0);
        while (sentence < text.Length)
        {
            var end = SentenceEnd(text, sentence);
            var classes = ClassesOf(passage, sentence, end);
            if ((classes & WordClass.Guard) != 0 && (classes & (WordClass.Reveal | WordClass.Discuss)) != 0)
            {
                var isAboutAll = (classes & WordClass.Scope) != 0 && (classes & WordClass.Reveal) != 0;
                var pointsBack = PointsBack(text[sentence..end]);
                var start = isAboutAll ? 0 : pointsBack ? before : sentence;
                score.Guarded |= ClassesOf(passage, start, end) & Concepts;
                AddWords(passage, start, end, ref score);
            }

            before = sentence;
            sentence = end;
        }
    }

    /// <summary>How many of the guarded words a text has.</summary>
    public static int Overlap(in Passage passage, in InjectionScore score)
    {
        var (count, last) = (0, 0UL);
        for (var position = 0; NextWord(passage, ref position, passage.Text.Length, out var word);)
        {
            if (word != last && score.IsGuarded(word))
            {
                count++;
                last = word;
            }
        }

        return count;
    }

    private static void AddWords(in Passage passage, int start, int end, ref InjectionScore score)
    {
        for (var position = start; NextWord(passage, ref position, end, out var word);)
        {
            score.AddGuarded(word);
        }
    }

    /// <summary>The next word that says what a text is about, as a hash of its beginning.</summary>
    private static bool NextWord(in Passage passage, ref int position, int end, out ulong word)
    {
        while (position < end)
        {
            while (position < end && Letters.Fold(passage.Text[position]) == Letters.None)
            {
                position++;
            }

            var (start, length) = (position, 0);
            word = 17;
            while (position < end && Letters.Fold(passage.Text[position]) is var letter and not Letters.None)
            {
                position++;
                word = length++ < StemLength ? (word * 0x9E3779B97F4A7C15) + letter : word;
            }

            if (length >= ShortestWord && (passage.Of(start, position) & Ordinary) == 0)
            {
                return true;
            }
        }

        word = 0;
        return false;
    }

    private static WordClass ClassesOf(in Passage passage, int start, int end)
    {
        var classes = WordClass.None;
        for (var i = passage.FirstFrom(start); i < passage.Words.Length && passage.Words[i].Start < end; i++)
        {
            classes |= passage.Words[i].Classes;
        }

        return classes;
    }

    private static int SentenceEnd(ReadOnlySpan<char> text, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] is '!' or '?' or '\n' or '。' || (text[i] == '.' && (i + 1 == text.Length || char.IsWhiteSpace(text[i + 1]))))
            {
                return i + 1;
            }
        }

        return text.Length;
    }

    private static bool PointsBack(ReadOnlySpan<char> sentence)
    {
        foreach (var word in (ReadOnlySpan<string>)[" it", " this", " them", " these"])
        {
            var at = sentence.IndexOf(word, StringComparison.OrdinalIgnoreCase);
            if (at >= 0 && (at + word.Length == sentence.Length || !char.IsLetter(sentence[at + word.Length])))
            {
                return true;
            }
        }

        return false;
    }
}
