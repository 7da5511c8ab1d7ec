namespace Signalbox.Routing.Profiles;

/// <summary>
/// A prompt as cues are compared with it: small letters without accents, one blank between words, <see cref="SentenceStart"/> before the
/// first word of a sentence. Only the beginning and the end of a long prompt are taken: that is where people say what they want.
/// </summary>
internal ref struct CueText
{
    public const char SentenceStart = '^';

    private const int HeadCharacters = 700;
    private const int TailCharacters = 500;

    /// <summary>Room for the text and its marks.</summary>
    public const int Room = (HeadCharacters + TailCharacters) * 2;

    private readonly Span<char> _room;
    private int _length;
    private bool _afterWord;
    private bool _startsSentence;

    private CueText(Span<char> room)
    {
        _room = room;
        _startsSentence = true;
    }

    /// <summary>The text, which begins and ends with a blank.</summary>
    public readonly ReadOnlySpan<char> Text => _room[.._length];

    /// <summary>Where the end of a long prompt begins; the length where nothing was left out.</summary>
    public int TailStart { get; private set; }

    public static CueText Of(ReadOnlySpan<char> prompt, Span<char> room)
    {
        var text = new CueText(room);
        text.Append(' ');
        if (prompt.Length <= HeadCharacters + TailCharacters)
        {
            text.Read(prompt);
            text.TailStart = text._length;
        }
        else
        {
            text.Read(prompt[..HeadCharacters]);
            text.EndSentence();
            text.TailStart = text._length;
            text.Read(prompt[^TailCharacters..]);
        }

        text.EndWord();
        return text;
    }

    private void Read(ReadOnlySpan<char> prompt)
    {
        foreach (var c in prompt)
        {
            var folded = Fold(c);
            if (folded != '\0' && !(folded is '+' or '#' && !_afterWord))
            {
                if (!_afterWord && _startsSentence)
                {
                    Append(SentenceStart);
                    _startsSentence = false;
                }

                _afterWord = true;
                Append(folded);
                if (c == 'ß')
                {
                    Append(folded);
                }
            }
            else if (c is '.' or '!' or '?' or ':' or '\n' or '"' or '«' or '“' or '„' or '¿' or '¡' or '>' or '*')
            {
                EndSentence();
            }
            else
            {
                EndWord();
            }
        }
    }

    private void EndSentence()
    {
        EndWord();
        _startsSentence = true;
    }

    private void EndWord()
    {
        if (_afterWord)
        {
            Append(' ');
            _afterWord = false;
        }
    }

    private void Append(char c)
    {
        if (_length < _room.Length)
        {
            _room[_length++] = c;
        }
    }

    /// <summary>The letter that is compared; zero where a word ends.</summary>
    private static char Fold(char c) => c switch
    {
        >= 'a' and <= 'z' or >= '0' and <= '9' or '+' or '#' => c,
        >= 'A' and <= 'Z' => (char)(c | 0x20),
        < '\u00c0' => '\0',
        'ß' => 's',
        'à' or 'á' or 'â' or 'ã' or 'ä' or 'å' or 'À' or 'Á' or 'Â' or 'Ã' or 'Ä' or 'Å' => 'a',
        'ç' or 'Ç' => 'c',
        'è' or 'é' or 'ê' or 'ë' or 'È' or 'É' or 'Ê' or 'Ë' => 'e',
        'ì' or 'í' or 'î' or 'ï' or 'Ì' or 'Í' or 'Î' or 'Ï' => 'i',
        'ñ' or 'Ñ' => 'n',
        'ò' or 'ó' or 'ô' or 'õ' or 'ö' or 'ø' or 'Ò' or 'Ó' or 'Ô' or 'Õ' or 'Ö' or 'Ø' => 'o',
        'ù' or 'ú' or 'û' or 'ü' or 'Ù' or 'Ú' or 'Û' or 'Ü' => 'u',
        _ => char.IsLetter(c) ? c : '\0',
    };
}
