namespace Signalbox.Routing.Learning;

/// <summary>One pass over a prompt: its terms go into a set, what can be counted is counted.</summary>
internal ref struct PromptReader(TermSet terms)
{
    private const uint Seed = 2166136261;
    private const uint Prime = 16777619;
    private const uint NumberWord = 0x2545F491;
    private const int BeginningLength = 5;
    private const int EndingLength = 3;
    private const int LongWordLength = 9;

    private PromptCounts _counts;
    private TermSet _terms = terms;
    private uint _hash;
    private uint _beginning;
    private int _wordLength;
    private int _numberLength;
    private uint _previous;
    private bool _isCommand;
    private int _optionLength;
    private char _before;

    public readonly TermSet Terms => _terms;

    public readonly PromptCounts Counts => _counts;

    public void Read(ReadOnlySpan<char> text)
    {
        _counts.Characters += text.Length;
        _counts.Lines++;
        var lineStart = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (i == lineStart)
            {
                StartLine(text[i..]);
            }

            var c = text[i];
            if (char.IsAsciiLetter(c) || (c >= 0x80 && char.IsLetter(c)))
            {
                Letter(c);
            }
            else if (char.IsAsciiDigit(c))
            {
                Digit(c);
            }
            else
            {
                var next = i + 1 < text.Length ? text[i + 1] : '\n';
                if (_numberLength > 0 && c is '.' or ',' && char.IsAsciiDigit(next))
                {
                    _counts.Decimals++;
                }
                else
                {
                    EndWord(text[..i]);
                    Sign(c, next);
                }

                if (c == '\n')
                {
                    _counts.Lines++;
                    _counts.LastLineCharacters = 0;
                    lineStart = i + 1;
                }
            }

            _counts.LastLineCharacters++;
            _before = c;
        }

        EndWord(text);
        EndOption();
        _counts.DistinctTerms = _terms.Terms.Length;
    }

    private void Letter(char c)
    {
        if (_numberLength > 0)
        {
            EndNumber();
        }

        _counts.Letters++;
        if (c >= 0x80)
        {
            _counts.Foreign++;
        }

        if (c is >= '\u2E80' and <= '\u9FFF')
        {
            // These scripts have no spaces; a character is about a word.
            _hash = (Seed ^ c) * Prime;
            _wordLength = 1;
            EndLetters();
            return;
        }

        var lower = char.ToLowerInvariant(c);
        if (lower != c)
        {
            _counts.Capitals++;
            _counts.CapitalWords += _wordLength == 0 ? 1 : 0;
        }

        _hash = ((_wordLength == 0 ? (_isCommand ? ~Seed : Seed) : _hash) ^ lower) * Prime;
        _wordLength++;
        if (_wordLength == BeginningLength)
        {
            _beginning = _hash;
        }
    }

    private void Digit(char c)
    {
        if (_wordLength > 0)
        {
            EndLetters();
        }

        _counts.Digits++;
        _counts.OptionDigits += _counts.Options > 0 ? 1 : 0;
        _hash = ((_numberLength == 0 ? Seed : _hash) ^ c) * Prime;
        _numberLength++;
    }

    private void EndWord(ReadOnlySpan<char> before)
    {
        if (_wordLength > BeginningLength)
        {
            uint ending = 0x51ED27u;
            foreach (var c in before[^Math.Min(EndingLength, before.Length)..])
            {
                ending = (ending ^ char.ToLowerInvariant(c)) * Prime;
            }

            AddWord(ending);
        }

        if (_wordLength > 0)
        {
            EndLetters();
        }
        else if (_numberLength > 0)
        {
            EndNumber();
        }
    }

    private void EndLetters()
    {
        AddWord(_hash);
        if (_wordLength > BeginningLength)
        {
            AddWord(_beginning * 31);
        }

        AddPair(_hash);
        _counts.Words++;
        _counts.WordCharacters += _wordLength;
        _counts.LongWords += _wordLength >= LongWordLength ? 1 : 0;
        _wordLength = 0;
        _isCommand = false;
    }

    private void EndNumber()
    {
        // A small number may mean something; of a larger one only its size does.
        AddWord(_numberLength <= 2 ? _hash : NumberWord + (uint)Math.Min(_numberLength, 6));
        AddPair(NumberWord);
        _counts.Numbers++;
        _counts.LongestNumber = Math.Max(_counts.LongestNumber, _numberLength);
        _numberLength = 0;
    }

    private void Sign(char c, char next)
    {
        _isCommand = c == '\\' && char.IsAsciiLetter(next);
        switch (c)
        {
            case ' ' or '\n' or '\r' or '\t':
                return;
            case '.' or '!' or '。' or '！':
                _counts.Sentences += char.IsWhiteSpace(next) || c > 0x80 ? 1 : 0;
                return;
            case '?' or '？' or '؟':
                _counts.Questions++;
                _counts.Sentences++;
                break;
            case ',' or '，' or '、':
                _counts.Commas++;
                return;
            case '"' or '\'' or '“' or '”' or '«' or '»' or '`':
                _counts.Quotes++;
                break;
            case '(' or ')' or '[' or ']':
                _counts.Brackets++;
                break;
            case '+' or '*' or '/' or '=' or '<' or '>' or '^' or '-' or '×' or '÷' or '≤' or '≥':
                _counts.Operators++;
                break;
            case '\\':
                _counts.Commands++;
                break;
            case '$':
                _counts.Dollars++;
                break;
            case '%':
                _counts.Percents++;
                break;
            case '{' or '}' or ';' or '#' or '|' or '&' or '@' or '~':
                _counts.CodeSigns++;
                break;
            case '_':
                _counts.Blanks += _before == '_' && next != '_' ? 1 : 0;
                break;
            default:
                _counts.Foreign += c >= 0x80 ? 1 : 0;
                break;
        }

        AddWord(((c ^ 0x7F4A7C15u) * Prime) ^ (_before == c ? 0x85EBCA6Bu : 0));
    }

    private void StartLine(ReadOnlySpan<char> line)
    {
        if (line.Length > 2 && line[0] is ' ' or '\t' && line[1] is ' ' or '\t')
        {
            _counts.IndentedLines++;
        }

        var label = line[0] == '(' && line.Length > 1 ? line[1..] : line;
        if (label.Length > 2 && label[0] is >= 'A' and <= 'J' && label[1] is '.' or ')' or ':' && char.IsWhiteSpace(label[2]) && label[0] - 'A' == _counts.Options)
        {
            EndOption();
            _counts.Options++;
        }
        else if (_counts.Options > 0)
        {
            EndOption();
        }
    }

    private void EndOption()
    {
        var end = _counts.Letters + _counts.Digits;
        if (_counts.Options == 0)
        {
            // What stands before the first option is the stem; without options the whole prompt is.
            _counts.StemCharacters = end;
            _counts.StemWords = _counts.Words;
            _counts.StemNumbers = _counts.Numbers;
        }
        else
        {
            var length = end - _optionLength;
            _counts.OptionCharacters += length;
            _counts.LongestOption = Math.Max(_counts.LongestOption, length);
        }

        _optionLength = end;
    }

    private void AddWord(uint hash) => _terms.Add(Mix(hash) >> 2);

    private void AddPair(uint hash)
    {
        _terms.Add((Mix((_previous * 0x01000193u) ^ (hash + 0x9E3779B9u)) >> 2) | (PromptFeatures.Pairs << PromptFeatures.GroupShift));
        _previous = hash;
    }

    /// <summary>Spreads what distinguishes short words over all bits.</summary>
    private static uint Mix(uint hash)
    {
        hash ^= hash >> 16;
        hash *= 0x85EBCA6B;
        hash ^= hash >> 13;
        hash *= 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }
}
