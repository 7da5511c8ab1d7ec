namespace Signalbox.Dialects.Tokens;

/// <summary>
/// Counts what makes tokens in one pass: each character moves a small automaton on, and how often each of its states was
/// entered is all that an estimate needs. The states tell word starts from word tails, digits from code, one script from another.
/// </summary>
internal sealed class TextAutomaton
{
    /// <summary>Where in a run positions stop to matter.</summary>
    private const int LongestRun = 13;

    private static readonly Lazy<TextAutomaton> Shared = new(static () => new TextAutomaton());

    private readonly List<(CharacterClass Class, int Run)> _states = [];
    private readonly byte[] _next;

    /// <summary>What entering a state counts; the second is <see cref="TextFeature.None"/> but for accented letters.</summary>
    private readonly List<(TextFeature First, TextFeature Second)> _counts = [];

    private TextAutomaton()
    {
        var found = new Dictionary<(CharacterClass, int, TextFeature, TextFeature), int>();
        var next = new List<byte>();
        StateFor(CharacterClass.Newline, 0, TextFeature.None, TextFeature.None);
        for (var state = 0; state < _states.Count; state++)
        {
            for (var c = 0; c < CharacterClasses.Count; c++)
            {
                next.Add(Follow(_states[state], (CharacterClass)c));
            }
        }

        _next = [.. next];
        StateCount = _states.Count;

        byte StateFor(CharacterClass type, int run, TextFeature first, TextFeature second)
        {
            if (!found.TryGetValue((type, run, first, second), out var state))
            {
                found[(type, run, first, second)] = state = _states.Count;
                _states.Add((type, run));
                _counts.Add((first, second));
            }

            return checked((byte)state);
        }

        byte Follow((CharacterClass Class, int Run) before, CharacterClass type)
        {
            var (first, second, run) = Step(before.Class, before.Run, type);
            return StateFor(type, Math.Min(run, LongestRun), first, second);
        }
    }

    public static TextAutomaton Instance => Shared.Value;

    public int StateCount { get; }

    /// <summary>Runs over a text from the start and adds how often each state was entered.</summary>
    public void Count(ReadOnlySpan<char> text, Span<int> entered)
    {
        ReadOnlySpan<byte> next = _next;
        var state = 0;
        foreach (var c in text)
        {
            state = next[(state * CharacterClasses.Count) + (int)CharacterClasses.Of(c)];
            entered[state]++;
        }
    }

    /// <summary>Turns counts of states into counts of features, each taken <paramref name="times"/>.</summary>
    public void AddFeatures(ReadOnlySpan<int> entered, double times, Span<double> features)
    {
        for (var state = 0; state < entered.Length; state++)
        {
            if (entered[state] > 0)
            {
                var (first, second) = _counts[state];
                features[(int)first] += entered[state] * times;
                features[(int)second] += entered[state] * times;
            }
        }
    }

    private static (TextFeature First, TextFeature Second, int Run) Step(CharacterClass before, int beforeRun, CharacterClass type)
    {
        var run = type == before ? beforeRun + 1 : 1;
        return type switch
        {
            CharacterClass.Lower or CharacterClass.Upper or CharacterClass.Accented => Letter(before, beforeRun, type),
            CharacterClass.Digit => (DigitAt(IsLetter(before), run), TextFeature.None, run > 3 ? run - 3 : run),
            CharacterClass.Space => (Pick(run, TextFeature.Space1, TextFeature.Space2, TextFeature.Space3), TextFeature.None, run),
            CharacterClass.Newline => (Pick(run, TextFeature.Newline1, TextFeature.Newline2, TextFeature.Newline2), TextFeature.None, run),
            CharacterClass.Control => (TextFeature.Control, TextFeature.None, 1),
            CharacterClass.Mark => (Pick(run, TextFeature.Mark1, TextFeature.Mark2, TextFeature.Mark2), TextFeature.None, run),
            CharacterClass.Code => (Pick(run, TextFeature.Code1, TextFeature.Code2, TextFeature.Code3), TextFeature.None, run),
            CharacterClass.Cyrillic => (run switch
            {
                1 => TextFeature.Cyrillic1,
                <= 4 => TextFeature.Cyrillic2,
                <= 8 => TextFeature.Cyrillic5,
                _ => TextFeature.Cyrillic9,
            }, TextFeature.None, run),
            CharacterClass.Greek => (TextFeature.Greek, TextFeature.None, 1),
            CharacterClass.Arabic => (run switch { 1 => TextFeature.Arabic1, <= 4 => TextFeature.Arabic2, _ => TextFeature.Arabic5 }, TextFeature.None, run),
            CharacterClass.Indic => (run switch { 1 => TextFeature.Indic1, <= 4 => TextFeature.Indic2, _ => TextFeature.Indic5 }, TextFeature.None, run),
            CharacterClass.SouthEastAsian => (TextFeature.SouthEastAsian, TextFeature.None, 1),
            CharacterClass.Hangul => (Pick(run, TextFeature.Hangul1, TextFeature.Hangul2, TextFeature.Hangul2), TextFeature.None, run),
            CharacterClass.Kana => (Pick(run, TextFeature.Kana1, TextFeature.Kana2, TextFeature.Kana2), TextFeature.None, run),
            CharacterClass.Han => (TextFeature.Han, TextFeature.None, 1),
            CharacterClass.CjkMark => (TextFeature.CjkMark, TextFeature.None, 1),
            CharacterClass.Surrogate => (TextFeature.Surrogate, TextFeature.None, 1),
            CharacterClass.Symbol => (Pick(run, TextFeature.Symbol1, TextFeature.Symbol2, TextFeature.Symbol2), TextFeature.None, run),
            _ => (TextFeature.Other, TextFeature.None, 1),
        };
    }

    /// <summary>A letter's run is its position in the word; a capital inside a word starts another.</summary>
    private static (TextFeature First, TextFeature Second, int Run) Letter(CharacterClass before, int beforeRun, CharacterClass type)
    {
        var run = 1;
        TextFeature first;
        if (!IsLetter(before))
        {
            first = before == CharacterClass.Digit ? TextFeature.WordAfterDigit
                : before != CharacterClass.Space ? TextFeature.WordGlued
                : type == CharacterClass.Upper ? TextFeature.Capital : TextFeature.Word1;
        }
        else if (type == CharacterClass.Upper && before != CharacterClass.Upper)
        {
            first = TextFeature.Hump;
        }
        else
        {
            run = beforeRun + 1;
            first = type == CharacterClass.Upper ? TextFeature.UpperRun : run switch
            {
                <= 3 => TextFeature.Word2,
                <= 5 => TextFeature.Word4,
                <= 8 => TextFeature.Word6,
                <= 12 => TextFeature.Word9,
                _ => TextFeature.Word13,
            };
        }

        var second = type != CharacterClass.Accented ? TextFeature.None : run <= 4 ? TextFeature.AccentEarly : TextFeature.AccentLate;
        return (first, second, run);
    }

    /// <summary>Most tokenizers cut digits by threes.</summary>
    private static TextFeature DigitAt(bool afterLetter, int run) => afterLetter ? TextFeature.DigitAfterLetter : ((run - 1) % 3) switch
    {
        0 => TextFeature.Digit1,
        1 => TextFeature.Digit2,
        _ => TextFeature.Digit3,
    };

    private static bool IsLetter(CharacterClass type) => type is CharacterClass.Lower or CharacterClass.Upper or CharacterClass.Accented;

    private static TextFeature Pick(int run, TextFeature first, TextFeature second, TextFeature later) => run switch { 1 => first, 2 => second, _ => later };
}
