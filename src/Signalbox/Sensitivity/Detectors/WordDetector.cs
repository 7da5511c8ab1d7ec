namespace Signalbox.Sensitivity.Detectors;

/// <summary>What is found from known words: names after titles, names of fields with a value, secrets that are told.</summary>
internal static class WordDetector
{
    public static void Find(in Passage passage, ref FindingSink found)
    {
        const WordClass Looked = WordClass.Title | WordClass.Name | WordClass.NameIntro | WordClass.Personal | WordClass.NationalId | WordClass.Secret | WordClass.WeakSecret;
        var end = 0;
        foreach (var hit in passage.Words)
        {
            if ((hit.Classes & Looked) == 0 || hit.Start < end)
            {
                continue;
            }

            if ((hit.Classes & (WordClass.Secret | WordClass.WeakSecret)) != 0 && CredentialDetector.Match(passage, hit, ref found) is var secret and > 0)
            {
                end = secret;
            }
            else if ((hit.Classes & (WordClass.Title | WordClass.Name | WordClass.NameIntro)) != 0 && Name(passage, hit) is { IsEmpty: false } name)
            {
                found.Add(SensitivityKind.PersonName, name.Start, name.End);
                end = name.End;
            }
            else if ((hit.Classes & (WordClass.Personal | WordClass.NationalId)) != 0 && IsField(passage.Text, hit))
            {
                found.Add(SensitivityKind.FieldName, hit.Start, hit.End);
            }
        }
    }

    // "Dr. Weiss", "my name is Ilse", "ich heiße Ilse"
    private static WordSpan Name(in Passage passage, WordHit hit)
    {
        var text = passage.Text;
        var next = WordWalk.After(text, hit.End);
        if (next.IsEmpty || next.Start - hit.End > 2 || text[next.Start - 1] is '\n' or ',' or '\'')
        {
            return default;
        }

        if ((hit.Classes & WordClass.Title) != 0)
        {
            return char.IsUpper(text[hit.Start]) && IsNameLike(text, next) ? new WordSpan(hit.Start, FullName(text, next)) : default;
        }

        if ((hit.Classes & WordClass.NameIntro) != 0)
        {
            return IsNameLike(text, next) ? new WordSpan(next.Start, FullName(text, next)) : default;
        }

        var isSaid = text[next.Start..next.End] is "is" or "ist" or "est" or "es" or "è" or "é" or "är" or "er" or "jest" or "on";
        if (!isSaid || !IsOwn(text, hit.Start))
        {
            return default;
        }

        next = WordWalk.After(text, next.End);
        return IsNameLike(text, next) ? new WordSpan(next.Start, FullName(text, next)) : default;
    }

    private static int FullName(ReadOnlySpan<char> text, WordSpan first)
    {
        var last = WordWalk.After(text, first.End);
        return !last.IsEmpty && last.Start - first.End == 1 && text[first.End] == ' ' && IsNameLike(text, last) ? last.End : first.End;
    }

    private static bool IsNameLike(ReadOnlySpan<char> text, WordSpan word) =>
        !word.IsEmpty && word.Length > 1 && char.IsUpper(text[word.Start]) && char.IsLower(text[word.Start + 1]);

    private static bool IsOwn(ReadOnlySpan<char> text, int start)
    {
        var owner = WordWalk.Before(text, start);
        return !owner.IsEmpty && text[owner.Start..owner.End] is "my" or "My" or "mein" or "Mein" or "mon" or "Mon" or "mi" or "Mi" or "mio" or "Mio" or "meu" or "Meu" or "mijn" or "Mijn" or "her" or "his" or "Her" or "His"
            or "full" or "user" or "s" or "mitt" or "Mitt" or "mit" or "Mit" or "il" or "Il";
    }

    // "date_of_birth": "1990-01-01", ssn = 078051120
    private static bool IsField(ReadOnlySpan<char> text, WordHit hit)
    {
        if (hit.End - hit.Start < 3)
        {
            return false;
        }

        var i = hit.End;
        while (i < text.Length && i - hit.End < 16 && (char.IsAsciiLetterOrDigit(text[i]) || text[i] is '_' or '-'))
        {
            i++;
        }

        i += i < text.Length && text[i] is '"' or '\'' or '`' ? 1 : 0;
        i += i < text.Length && text[i] == ' ' ? 1 : 0;
        if (i + 2 >= text.Length || text[i] is not (':' or '=') || text[i + 1] is ':' or '=' or '/')
        {
            return false;
        }

        i += text[i + 1] == ' ' ? 2 : 1;
        return i < text.Length && !char.IsWhiteSpace(text[i]);
    }
}
