using System.Globalization;
using System.Text;

namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>
/// Template text to tokens, with the whitespace rules that chat templates are written for: trim_blocks and lstrip_blocks on, and
/// the <c>-</c> and <c>+</c> signs at either end of a tag. Source: the Jinja template designer documentation, "Whitespace Control".
/// </summary>
internal sealed class JinjaLexer
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    private readonly string _source;
    private readonly List<JinjaToken> _tokens = [];
    private int _position;
    private int _line = 1;
    private int _countedTo;
    private bool _lineStarting = true;
    private string? _error;

    private JinjaLexer(string source)
    {
        _source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (_source.EndsWith('\n'))
        {
            _source = _source[..^1];
        }
    }

    /// <summary>The tokens, an <see cref="JinjaTokenKind.End"/> last.</summary>
    public static IReadOnlyList<JinjaToken> Read(string source, out string? error)
    {
        var lexer = new JinjaLexer(source);
        lexer.ReadAll();
        lexer.Add(JinjaTokenKind.End, "", lexer._source.Length);
        error = lexer._error;
        return lexer._tokens;
    }

    private void ReadAll()
    {
        while (_position < _source.Length && _error is null)
        {
            var begin = NextTag();
            if (begin < 0)
            {
                AddData(_source[_position..]);
                return;
            }

            var kind = _source[begin + 1];
            AddData(CutBefore(_source[_position..begin], begin, kind));
            var start = begin + 2;
            if (start < _source.Length && _source[start] is '-' or '+')
            {
                start++;
            }

            _position = start;
            if (kind == '#')
            {
                SkipComment(begin);
            }
            else if (kind != '%' || !ReadRaw())
            {
                Add(kind == '{' ? JinjaTokenKind.VariableBegin : JinjaTokenKind.BlockBegin, "", begin);
                ReadTag(kind == '{');
            }
        }
    }

    private int NextTag()
    {
        for (var at = _position; ; at++)
        {
            at = _source.IndexOf('{', at);
            if (at < 0 || at + 1 >= _source.Length)
            {
                return -1;
            }

            if (_source[at + 1] is '{' or '%' or '#')
            {
                return at;
            }
        }
    }

    /// <summary>The text before a tag: <c>-</c> cuts all whitespace off its end; a block or comment that is first in its line, the indentation.</summary>
    private string CutBefore(string text, int begin, char kind)
    {
        var sign = begin + 2 < _source.Length ? _source[begin + 2] : ' ';
        if (sign == '-')
        {
            return PythonText.TrimEnd(text);
        }

        var lineStart = text.LastIndexOf('\n') + 1;
        var indents = sign != '+' && kind != '{' && (lineStart > 0 || _lineStarting) && PythonText.IsSpace(text.AsSpan(lineStart));
        return indents ? text[..lineStart] : text;
    }

    private void SkipComment(int begin)
    {
        var end = _source.IndexOf("#}", _position, StringComparison.Ordinal);
        if (end < 0)
        {
            Fail("a comment is not closed", begin);
            return;
        }

        var sign = end > _position ? _source[end - 1] : ' ';
        _position = end + 2;
        CutAfter(sign, trims: true);
    }

    /// <summary>What a closing tag takes of the text after it.</summary>
    private void CutAfter(char sign, bool trims)
    {
        var from = _position;
        if (sign == '-')
        {
            while (_position < _source.Length && PythonText.IsSpace(_source[_position]))
            {
                _position++;
            }
        }
        else if (sign != '+' && trims && _position < _source.Length && _source[_position] == '\n')
        {
            _position++;
        }

        _lineStarting = _position > from && _source[_position - 1] == '\n';
    }

    /// <summary>A raw block: everything up to endraw is text.</summary>
    private bool ReadRaw()
    {
        if (!MatchTag(_position, "raw", out var text, out var sign))
        {
            return false;
        }

        var begin = _position;
        _position = text;
        CutAfter(sign == '-' ? '-' : '+', trims: false);
        for (var at = _position; (at = _source.IndexOf("{%", at, StringComparison.Ordinal)) >= 0; at += 2)
        {
            var name = at + 2 < _source.Length && _source[at + 2] is '-' or '+' ? at + 3 : at + 2;
            if (MatchTag(name, "endraw", out var after, out var endSign))
            {
                AddData(CutBefore(_source[_position..at], at, '%'));
                _position = after;
                CutAfter(endSign, trims: true);
                return true;
            }
        }

        Fail("a raw block is not closed", begin);
        return true;
    }

    private bool MatchTag(int at, string name, out int after, out char sign)
    {
        after = SkipSpaces(at);
        sign = ' ';
        if (string.CompareOrdinal(_source, after, name, 0, name.Length) != 0)
        {
            return false;
        }

        after = SkipSpaces(after + name.Length);
        if (after < _source.Length && _source[after] is '-' or '+')
        {
            sign = _source[after++];
        }

        if (string.CompareOrdinal(_source, after, "%}", 0, 2) != 0)
        {
            return false;
        }

        after += 2;
        return true;
    }

    private int SkipSpaces(int at)
    {
        while (at < _source.Length && PythonText.IsSpace(_source[at]))
        {
            at++;
        }

        return at;
    }

    private void ReadTag(bool variable)
    {
        var begin = _position;
        // Inside brackets, a closing tag's signs are operators: {{ {'a': {}} }}.
        var open = 0;
        while (_error is null)
        {
            _position = SkipSpaces(_position);
            if (_position >= _source.Length)
            {
                Fail("a tag is not closed", begin);
            }
            else if (open == 0 && TryClose(variable))
            {
                return;
            }
            else
            {
                ReadToken(ref open);
            }
        }
    }

    private bool TryClose(bool variable)
    {
        var close = variable ? "}}" : "%}";
        var sign = _source[_position] is '-' or '+' ? _source[_position] : ' ';
        var at = sign == ' ' || (sign == '+' && variable) ? _position : _position + 1;
        if (string.CompareOrdinal(_source, at, close, 0, 2) != 0)
        {
            return false;
        }

        Add(variable ? JinjaTokenKind.VariableEnd : JinjaTokenKind.BlockEnd, "", at);
        _position = at + 2;
        CutAfter(sign, trims: !variable);
        return true;
    }

    private void ReadToken(ref int open)
    {
        var c = _source[_position];
        if (c is '\'' or '"')
        {
            ReadText(c);
        }
        else if (char.IsAsciiDigit(c))
        {
            ReadNumber();
        }
        else if (char.IsLetter(c) || c == '_')
        {
            var from = _position;
            while (_position < _source.Length && (char.IsLetterOrDigit(_source[_position]) || _source[_position] == '_'))
            {
                _position++;
            }

            Add(JinjaTokenKind.Name, _source[from.._position], from);
        }
        else if (Array.Find(Operators, sign => string.CompareOrdinal(_source, _position, sign, 0, sign.Length) == 0) is { } found)
        {
            open += found is "(" or "[" or "{" ? 1 : found is ")" or "]" or "}" ? -1 : 0;
            Add(JinjaTokenKind.Operator, found, _position);
            _position += found.Length;
            if (open < 0)
            {
                Fail($"'{found}' closes nothing", _position);
            }
        }
        else
        {
            Fail($"'{c}' is not expected", _position);
        }
    }

    private void ReadNumber()
    {
        var from = _position;
        var isFloat = false;
        var afterDot = _tokens.Count > 0 && _tokens[^1].IsOperator(".");
        Digits();
        if (!afterDot)
        {
            if (Peek(0) == '.' && char.IsAsciiDigit(Peek(1)))
            {
                isFloat = true;
                _position++;
                Digits();
            }

            var signed = Peek(1) is '+' or '-' ? 2 : 1;
            if (Peek(0) is 'e' or 'E' && char.IsAsciiDigit(Peek(signed)))
            {
                isFloat = true;
                _position += signed;
                Digits();
            }
        }

        var digits = _source[from.._position].Replace("_", "", StringComparison.Ordinal);
        Add(isFloat ? JinjaTokenKind.Float : JinjaTokenKind.Integer, digits, from);

        void Digits()
        {
            while (char.IsAsciiDigit(Peek(0)) || (Peek(0) == '_' && char.IsAsciiDigit(Peek(1))))
            {
                _position++;
            }
        }
    }

    private char Peek(int ahead) => _position + ahead < _source.Length ? _source[_position + ahead] : '\0';

    private void ReadText(char quote)
    {
        var from = _position++;
        var text = new StringBuilder();
        while (_position < _source.Length && _source[_position] != quote)
        {
            if (_source[_position] == '\\' && _position + 1 < _source.Length)
            {
                _position++;
                ReadEscape(text);
            }
            else
            {
                text.Append(_source[_position++]);
            }
        }

        if (_position >= _source.Length)
        {
            Fail("a string is not closed", from);
            return;
        }

        _position++;
        Add(JinjaTokenKind.Text, text.ToString(), from);
    }

    /// <summary>Python's escapes; what is none keeps its backslash.</summary>
    private void ReadEscape(StringBuilder text)
    {
        var c = _source[_position++];
        var simple = "\n\\'\"abfnrtv".IndexOf(c);
        if (simple >= 0)
        {
            text.Append(c == '\n' ? "" : "\n\\'\"\a\b\f\n\r\t\v"[simple].ToString());
            return;
        }

        var length = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (length > 0 && _position + length <= _source.Length
            && uint.TryParse(_source.AsSpan(_position, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) && code <= 0x10FFFF)
        {
            text.Append(code <= 0xFFFF ? ((char)code).ToString() : char.ConvertFromUtf32((int)code));
            _position += length;
        }
        else if (c is >= '0' and <= '7')
        {
            var value = c - '0';
            for (var i = 0; i < 2 && Peek(0) is >= '0' and <= '7'; i++)
            {
                value = value * 8 + _source[_position++] - '0';
            }

            text.Append((char)value);
        }
        else
        {
            text.Append('\\').Append(c);
        }
    }

    private void AddData(string text)
    {
        if (text.Length > 0)
        {
            Add(JinjaTokenKind.Data, text, _position);
        }
    }

    private void Add(JinjaTokenKind kind, string value, int at) => _tokens.Add(new JinjaToken(kind, value, LineOf(at)));

    private int LineOf(int at)
    {
        if (at > _countedTo)
        {
            _line += _source.AsSpan(_countedTo, Math.Min(at, _source.Length) - _countedTo).Count('\n');
            _countedTo = at;
        }

        return _line;
    }

    private void Fail(string problem, int at) => _error ??= $"line {LineOf(Math.Min(at, _source.Length))}: {problem}";
}
