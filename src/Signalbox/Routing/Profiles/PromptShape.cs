namespace Signalbox.Routing.Profiles;

/// <summary>What a prompt looks like, whatever its words: counted in one pass over its beginning and end.</summary>
internal readonly record struct PromptShape
{
    private const int HeadCharacters = 2000;
    private const int TailCharacters = 500;

    /// <summary>Characters of the whole prompt.</summary>
    public int Characters { get; init; }

    /// <summary>Words of what was read.</summary>
    public int Words { get; init; }

    /// <summary>Words of the whole prompt, as thick as in what was read of it.</summary>
    public double EstimatedWords => Characters <= HeadCharacters + TailCharacters ? Words : (double)Words * Characters / (HeadCharacters + TailCharacters);

    public int Lines { get; init; }

    /// <summary>Runs of digits.</summary>
    public int Numbers { get; init; }

    public int QuestionMarks { get; init; }

    public bool HasCodeFence { get; init; }

    /// <summary>Brackets, semicolons and equals signs as thick as in code.</summary>
    public bool LooksLikeCode { get; init; }

    /// <summary>Powers, equations or TeX.</summary>
    public bool HasFormulas { get; init; }

    /// <summary>Answers A, B, C to choose from.</summary>
    public bool HasChoices { get; init; }

    public bool EndsInQuestion { get; init; }

    /// <summary>A colon and then "a, b or c", as in "which is it: sales, support or legal?".</summary>
    public bool OffersChoice { get; init; }

    public static PromptShape Of(ReadOnlySpan<char> prompt)
    {
        var counter = new Counter();
        if (prompt.Length <= HeadCharacters + TailCharacters)
        {
            counter.Read(prompt);
        }
        else
        {
            counter.Read(prompt[..HeadCharacters]);
            counter.Read(prompt[^TailCharacters..]);
        }

        var end = prompt.TrimEnd(" \t\r\n\"'»”)");
        return new PromptShape
        {
            Characters = prompt.Length,
            Words = counter.Words,
            Lines = counter.Lines,
            Numbers = counter.Numbers,
            QuestionMarks = counter.QuestionMarks,
            HasCodeFence = prompt.Contains("```", StringComparison.Ordinal),
            LooksLikeCode = counter.CodeMarks >= 6 && counter.CodeMarks * 18 > counter.Characters,
            HasFormulas = counter.Formulas > 0,
            HasChoices = counter.Choices >= 3,
            OffersChoice = Offers(prompt[..Math.Min(HeadCharacters, prompt.Length)]),
            EndsInQuestion = end.Length > 0 && end[^1] is '?' or '？',
        };
    }

    private static bool Offers(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(": ");
        if (colon < 0)
        {
            return false;
        }

        var offer = text[colon..];
        var end = offer.IndexOfAny("?.\n");
        offer = end < 0 ? offer : offer[..end];
        var comma = offer.IndexOf(',');
        return offer.Length < 120 && comma > 0
            && (offer[comma..].Contains(" or ", StringComparison.Ordinal) || offer[comma..].Contains(" oder ", StringComparison.Ordinal)
                || offer[comma..].Contains(" ou ", StringComparison.Ordinal) || offer[comma..].Contains(" o ", StringComparison.Ordinal)
                || offer[comma..].Contains(" u ", StringComparison.Ordinal) || offer[comma..].Contains(" und ", StringComparison.Ordinal));
    }

    private struct Counter
    {
        public int Characters;
        public int Words;
        public int Lines;
        public int Numbers;
        public int QuestionMarks;
        public int CodeMarks;
        public int Formulas;
        public int Choices;

        public void Read(ReadOnlySpan<char> text)
        {
            Characters += text.Length;
            Lines++;
            var before = '\n';
            for (var i = 0; i < text.Length; i++)
            {
                var c = text[i];
                Words += char.IsLetter(c) && !char.IsLetterOrDigit(before) ? 1 : 0;
                switch (c)
                {
                    case '\n': Lines++; break;
                    case '?': QuestionMarks++; break;
                    case '{' or '}' or ';' or '(' or ')' or '[' or ']' or '<' or '>' or '_': CodeMarks++; break;
                    case '=':
                        CodeMarks++;
                        Formulas += IsOperand(text, i) ? 1 : 0;
                        break;
                    case '^': Formulas += i + 1 < text.Length && (char.IsAsciiDigit(text[i + 1]) || text[i + 1] is '{' or '(') ? 1 : 0; break;
                    case '$': Formulas += i + 2 < text.Length && !char.IsAsciiDigit(text[i + 1]) && text[(i + 1)..].IndexOf('$') is > 0 and < 60 ? 1 : 0; break;
                    case '\\':
                        Formulas += i + 2 < text.Length && char.IsAsciiLetterLower(text[i + 1]) && char.IsAsciiLetterLower(text[i + 2]) ? 1 : 0;
                        break;
                    case >= '0' and <= '9': Numbers += char.IsAsciiDigit(before) ? 0 : 1; break;
                    case >= 'A' and <= 'E' when before is '\n' or '(' && i + 1 < text.Length && text[i + 1] is '.' or ')' or ':': Choices++; break;
                }

                before = c;
            }
        }

        /// <summary>Whether an equals sign stands between digits, as in "x - 12 = 0".</summary>
        private static bool IsOperand(ReadOnlySpan<char> text, int at)
        {
            if (at > 0 && text[at - 1] is '=' or '!' or '<' or '>' or ':')
            {
                return false;
            }

            var after = text[(at + 1)..].TrimStart(' ');
            return after.Length > 0 && char.IsAsciiDigit(after[0]) && (after.Length == 1 || after[1] != ';');
        }
    }
}
