using System.Globalization;
using System.Runtime.InteropServices;

namespace Signalbox.Inference.Grammars.Terminals;

/// <summary>
/// Reads a regular expression (ECMA 262, without look-around, backreferences and word boundaries). Where engines disagree on a class
/// (<c>\d</c>, <c>\W</c> and their like beyond ASCII), only characters that all of them take are kept.
/// </summary>
internal sealed class PatternParser
{
    private const int MaximumLength = 4096;
    private const int MaximumDepth = 32;
    private const int MaximumCount = 2000;

    private readonly string _pattern;
    private int _at;
    private int _depth;
    private string? _reason;

    private PatternParser(string pattern) => _pattern = pattern;

    /// <summary>The expression; null and why where it cannot be read.</summary>
    public static PatternNode? Parse(string pattern, out string? reason)
    {
        if (pattern.Length > MaximumLength)
        {
            reason = $"it has more than {MaximumLength} characters";
            return null;
        }

        var parser = new PatternParser(pattern);
        var tree = parser.Choice();
        if (parser._reason is null && parser._at < pattern.Length)
        {
            parser.Fail("a closing parenthesis has no opening one");
        }

        reason = parser._reason;
        return reason is null ? tree : null;
    }

    private bool More => _reason is null && _at < _pattern.Length;

    private char Next => _pattern[_at];

    private void Fail(string reason) => _reason ??= reason;

    private bool Take(char expected)
    {
        if (More && Next == expected)
        {
            _at++;
            return true;
        }

        return false;
    }

    private PatternNode Choice()
    {
        if (++_depth > MaximumDepth)
        {
            Fail("its groups lie too deep inside each other");
        }

        var branches = new List<PatternNode>();
        do
        {
            branches.Add(Sequence());
        }
        while (Take('|'));
        _depth--;
        return branches.Count == 1 ? branches[0] : new PatternNode.Choice(branches);
    }

    private PatternNode.Sequence Sequence()
    {
        var parts = new List<PatternNode>();
        while (More && Next is not ('|' or ')'))
        {
            var part = Atom();
            if (More && Next is '*' or '+' or '?' or '{')
            {
                part = Quantified(part);
            }

            parts.Add(part);
        }

        return new PatternNode.Sequence(parts);
    }

    private PatternNode Quantified(PatternNode part)
    {
        if (part is PatternNode.Anchor)
        {
            Fail("a quantifier follows an anchor");
        }

        var (minimum, maximum) = (0, (int?)null);
        switch (Next)
        {
            case '+':
                minimum = 1;
                break;
            case '?':
                maximum = 1;
                break;
            case '{':
                (minimum, maximum) = Braces();
                break;
        }

        _at++;

        // A lazy quantifier matches the same strings.
        Take('?');
        if (minimum > MaximumCount || maximum > MaximumCount || maximum < minimum)
        {
            Fail($"a quantifier counts backwards or beyond {MaximumCount}");
        }

        return new PatternNode.Repeat(part, minimum, maximum);
    }

    /// <summary>Reads <c>{n}</c>, <c>{n,}</c> or <c>{n,m}</c> up to its last brace.</summary>
    private (int Minimum, int? Maximum) Braces()
    {
        var end = _pattern.IndexOf('}', _at);
        var inside = end < 0 ? "" : _pattern[(_at + 1)..end];
        var comma = inside.IndexOf(',');
        if (!Count(comma < 0 ? inside : inside[..comma], out var minimum))
        {
            return default;
        }

        _at = end;
        if (comma < 0)
        {
            return (minimum, minimum);
        }

        return comma + 1 == inside.Length ? (minimum, null) : Count(inside[(comma + 1)..], out var maximum) ? (minimum, maximum) : default;
    }

    private bool Count(string digits, out int count)
    {
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out count))
        {
            return true;
        }

        Fail("a brace starts no quantifier; write \\{ for the character");
        return false;
    }

    private PatternNode Atom()
    {
        var next = _pattern[_at++];
        switch (next)
        {
            case '^':
                return new PatternNode.Anchor(true);
            case '$':
                return new PatternNode.Anchor(false);
            case '.':
                return new PatternNode.Characters(CharacterSet.Dot);
            case '(':
                return Group();
            case '[':
                return new PatternNode.Characters(Class());
            case '\\':
                return new PatternNode.Characters(Escape(false).Set);
            case '*' or '+' or '?' or '{':
                Fail($"a quantifier ('{next}') follows nothing");
                break;
        }

        if (char.IsSurrogate(next))
        {
            Fail("it has characters above U+FFFF");
        }

        return new PatternNode.Characters(CharacterSet.Single(next));
    }

    private PatternNode Group()
    {
        if (Take('?'))
        {
            var isNamed = More && Next == '<' && _at + 1 < _pattern.Length && _pattern[_at + 1] is not ('=' or '!');
            if (isNamed)
            {
                _at = _pattern.IndexOf('>', _at) is var end && end > 0 ? end + 1 : _pattern.Length;
            }
            else if (!Take(':'))
            {
                Fail("look-around and inline options are not supported");
            }
        }

        var inside = Choice();
        if (!Take(')'))
        {
            Fail("a group has no end");
        }

        return inside;
    }

    private CharacterSet Class()
    {
        var isNegated = Take('^');
        var members = new List<(int Low, int High)>();
        var universe = CharacterSet.All;
        while (More && Next != ']')
        {
            var (low, lowSet) = Member(ref universe);
            if (low >= 0 && _at + 1 < _pattern.Length && Next == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                var (high, _) = Member(ref universe);
                if (high < low)
                {
                    Fail("a range of a class runs backwards");
                    break;
                }

                members.Add((low, high));
            }
            else if (low >= 0)
            {
                members.Add((low, low));
            }
            else
            {
                members.AddRange(lowSet.Ranges);
            }
        }

        if (!Take(']'))
        {
            Fail("a class has no end");
        }

        var set = CharacterSet.Of(CollectionsMarshal.AsSpan(members));
        return isNegated ? universe.Except(set) : set.Intersect(CharacterSet.All);
    }

    /// <summary>One member of a class: a character, or -1 and a set.</summary>
    private (int Character, CharacterSet Set) Member(ref CharacterSet universe)
    {
        var next = _pattern[_at++];
        if (next == '\\')
        {
            var (character, set) = Escape(true);
            if (character < 0)
            {
                universe = _pattern[_at - 1] is not ('s' or 'S') || ReferenceEquals(universe, CharacterSet.Ascii) ? CharacterSet.Ascii : CharacterSet.AgreedOnSpace;
            }

            return (character, set);
        }

        if (char.IsSurrogate(next))
        {
            Fail("it has characters above U+FFFF");
        }

        return (next, CharacterSet.Of((next, next)));
    }

    /// <summary>What a backslash and its letter stand for: a character, or -1 and a set.</summary>
    private (int Character, CharacterSet Set) Escape(bool inClass)
    {
        if (!More)
        {
            Fail("it ends with a backslash");
            return (-1, CharacterSet.All);
        }

        var next = _pattern[_at++];
        int character = next switch
        {
            't' => '\t',
            'n' => '\n',
            'r' => '\r',
            'f' => '\f',
            'v' => '\v',
            'b' when inClass => '\b',
            '0' => '\0',
            'x' => Hexadecimal(2),
            'u' => Hexadecimal(4),
            'd' or 'D' or 'w' or 'W' or 's' or 'S' => -1,
            _ => next,
        };
        if (character == next && char.IsAsciiLetterOrDigit(next))
        {
            Fail($"\\{next} is not supported");
        }

        return next switch
        {
            'd' => (-1, CharacterSet.Digits),
            'D' => (-1, CharacterSet.NoDigits),
            'w' => (-1, CharacterSet.Word),
            'W' => (-1, CharacterSet.NoWord),
            's' => (-1, CharacterSet.Space),
            'S' => (-1, CharacterSet.NoSpace),
            _ => (character, CharacterSet.Single(character)),
        };
    }

    private int Hexadecimal(int digits)
    {
        if (_at + digits <= _pattern.Length
            && int.TryParse(_pattern.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            _at += digits;
            return value;
        }

        Fail("an escape lacks hexadecimal digits");
        return 0;
    }
}
