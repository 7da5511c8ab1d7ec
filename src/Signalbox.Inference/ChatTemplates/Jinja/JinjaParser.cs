namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>Tokens to statements. The first problem is kept, after which only the end is seen, so that every loop ends.</summary>
internal sealed class JinjaParser
{
    /// <summary>Blocks, brackets and signs inside of one another.</summary>
    private const int MaximumDepth = 150;

    private readonly IReadOnlyList<JinjaToken> _tokens;
    private readonly JinjaExpressionParser _expressions;
    private int _position;
    private int _depth;

    public JinjaParser(IReadOnlyList<JinjaToken> tokens)
    {
        _tokens = tokens;
        _expressions = new JinjaExpressionParser(this);
    }

    public string? Error { get; private set; }

    public JinjaToken Current => Error is null ? _tokens[_position] : _tokens[^1];

    public JinjaToken Following => Error is null && _position + 1 < _tokens.Count ? _tokens[_position + 1] : _tokens[^1];

    public IReadOnlyList<JinjaStatement> ParseAll()
    {
        var statements = ParseUntil();
        if (Current.Kind != JinjaTokenKind.End)
        {
            Fail("a block ends that was not begun");
        }

        return statements;
    }

    public JinjaToken Next()
    {
        var token = Current;
        if (token.Kind != JinjaTokenKind.End)
        {
            _position++;
        }

        return token;
    }

    public bool Skip(string sign)
    {
        if (!Current.IsOperator(sign))
        {
            return false;
        }

        Next();
        return true;
    }

    public bool SkipName(string name)
    {
        if (!Current.IsName(name))
        {
            return false;
        }

        Next();
        return true;
    }

    public void Expect(string sign)
    {
        if (!Skip(sign))
        {
            Fail($"'{sign}' is expected");
        }
    }

    public string ExpectName()
    {
        if (Current.Kind != JinjaTokenKind.Name)
        {
            Fail("a name is expected");
        }

        return Next().Value;
    }

    public void Fail(string problem)
    {
        if (Error is null)
        {
            var token = _tokens[_position];
            Error = $"line {token.Line}: {problem}" + (token.Value.Length is > 0 and < 40 && token.Kind != JinjaTokenKind.Data ? $", near '{token.Value}'" : "");
        }
    }

    /// <summary>Bounds recursion; every call that returned true is followed by one of <see cref="Leave"/>.</summary>
    public bool Enter()
    {
        if (_depth >= MaximumDepth)
        {
            Fail("nested too deeply");
            return false;
        }

        _depth++;
        return true;
    }

    public void Leave() => _depth--;

    /// <summary>Statements up to a block tag of one of the names, whose name is left to read; or the end.</summary>
    private List<JinjaStatement> ParseUntil(params ReadOnlySpan<string> ends)
    {
        var statements = new List<JinjaStatement>();
        if (!Enter())
        {
            return statements;
        }

        while (Current.Kind != JinjaTokenKind.End)
        {
            var token = Next();
            if (token.Kind == JinjaTokenKind.Data)
            {
                statements.Add(new TextStatement(token.Line, token.Value));
            }
            else if (token.Kind == JinjaTokenKind.VariableBegin)
            {
                statements.Add(new OutputStatement(token.Line, _expressions.ParseTuple()));
                Close(JinjaTokenKind.VariableEnd);
            }
            else if (Current.Kind == JinjaTokenKind.Name && ends.Contains(Current.Value))
            {
                break;
            }
            else if (Current.Kind == JinjaTokenKind.Name && Current.Value.StartsWith("end", StringComparison.Ordinal))
            {
                Fail("a block ends that was not begun");
            }
            else
            {
                statements.Add(ParseTag(token.Line));
            }
        }

        Leave();
        return statements;
    }

    /// <summary>The body of a block with its closing tag.</summary>
    private List<JinjaStatement> ParseBody(string end)
    {
        Close(JinjaTokenKind.BlockEnd);
        var body = ParseUntil(end);
        ParseEnd(end);
        return body;
    }

    private void ParseEnd(string end)
    {
        if (!SkipName(end))
        {
            Fail($"'{end}' is missing");
        }

        if (end is "endmacro" or "endcall" && Current.Kind == JinjaTokenKind.Name)
        {
            Next();
        }

        Close(JinjaTokenKind.BlockEnd);
    }

    private void Close(JinjaTokenKind end)
    {
        if (Current.Kind != end)
        {
            Fail("the tag should end here");
        }

        Next();
    }

    private JinjaStatement ParseTag(int line)
    {
        var name = ExpectName();
        switch (name)
        {
            case "if":
                return ParseIf(line);
            case "for":
                return ParseFor(line);
            case "set":
                return ParseSet(line);
            case "macro":
                return new MacroStatement(line, ParseMacro(ExpectName(), "endmacro"));
            case "call":
                return ParseCall(line);
            case "filter":
                var filtered = _expressions.ParseFilters(new NameExpression(CaptureStatement.Captured), startsWithName: true);
                return new CaptureStatement(line, null, filtered, ParseBody("endfilter"));
            case "with":
                return ParseWith(line);
            case "generation":
                // Marks the assistant's part for training; it writes what is in it.
                return new BlockStatement(line, ParseBody("endgeneration"));
            case "break" or "continue":
                Close(JinjaTokenKind.BlockEnd);
                return new FlowStatement(line, name == "break" ? JinjaFlow.Break : JinjaFlow.Continue);
            default:
                Fail($"the tag '{name}' is not supported");
                return new BlockStatement(line, []);
        }
    }

    private IfStatement ParseIf(int line)
    {
        var branches = new List<(JinjaExpression, IReadOnlyList<JinjaStatement>)>();
        List<JinjaStatement> otherwise = [];
        do
        {
            var test = _expressions.ParseTuple(conditional: false);
            Close(JinjaTokenKind.BlockEnd);
            branches.Add((test, ParseUntil("elif", "else", "endif")));
        }
        while (SkipName("elif"));

        if (SkipName("else"))
        {
            Close(JinjaTokenKind.BlockEnd);
            otherwise = ParseUntil("endif");
        }

        ParseEnd("endif");
        return new IfStatement(line, branches, otherwise);
    }

    private ForStatement ParseFor(int line)
    {
        var target = ParseTarget();
        if (!SkipName("in"))
        {
            Fail("'in' is expected");
        }

        var source = _expressions.ParseTuple(conditional: false);
        var filter = SkipName("if") ? _expressions.Parse() : null;
        if (Current.IsName("recursive"))
        {
            Fail("recursive loops are not supported");
        }

        Close(JinjaTokenKind.BlockEnd);
        var body = ParseUntil("else", "endfor");
        List<JinjaStatement> otherwise = [];
        if (SkipName("else"))
        {
            Close(JinjaTokenKind.BlockEnd);
            otherwise = ParseUntil("endfor");
        }

        ParseEnd("endfor");
        return new ForStatement(line, target, source, filter) { Body = body, Otherwise = otherwise };
    }

    private JinjaStatement ParseSet(int line)
    {
        var target = ParseTarget();
        if (Skip("="))
        {
            var value = _expressions.ParseTuple();
            Close(JinjaTokenKind.BlockEnd);
            return new SetStatement(line, target, value);
        }

        var filtered = _expressions.ParseFilters(new NameExpression(CaptureStatement.Captured), startsWithName: false);
        return new CaptureStatement(line, target, filtered, ParseBody("endset"));
    }

    private JinjaTarget ParseTarget()
    {
        var parts = new List<JinjaTarget> { ParseSingleTarget() };
        var isTuple = false;
        while (Skip(","))
        {
            isTuple = true;
            if (Current.Kind != JinjaTokenKind.Name && !Current.IsOperator("("))
            {
                break;
            }

            parts.Add(ParseSingleTarget());
        }

        return isTuple ? new JinjaTarget(null, null, parts) : parts[0];
    }

    private JinjaTarget ParseSingleTarget()
    {
        if (Current.IsOperator("(") && Enter())
        {
            Next();
            var inner = ParseTarget();
            Expect(")");
            Leave();
            return inner;
        }

        var name = ExpectName();
        return new JinjaTarget(name, Skip(".") ? ExpectName() : null);
    }

    private CallStatement ParseCall(int line)
    {
        var parameters = Current.IsOperator("(") ? ParseParameters() : [];
        var call = _expressions.ParseCall(("caller", new NameExpression(CallStatement.Caller)));
        return new CallStatement(line, new MacroDefinition("caller", parameters, ParseBody("endcall")), call);
    }

    private MacroDefinition ParseMacro(string name, string end)
    {
        var parameters = ParseParameters();
        return new MacroDefinition(name, parameters, ParseBody(end));
    }

    private List<(string, JinjaExpression?)> ParseParameters()
    {
        var parameters = new List<(string, JinjaExpression?)>();
        Expect("(");
        while (!Current.IsOperator(")") && Current.Kind != JinjaTokenKind.End)
        {
            if (parameters.Count > 0)
            {
                Expect(",");
            }

            var name = ExpectName();
            parameters.Add((name, Skip("=") ? _expressions.Parse() : null));
        }

        Expect(")");
        return parameters;
    }

    private WithStatement ParseWith(int line)
    {
        var assignments = new List<(JinjaTarget, JinjaExpression)>();
        while (Current.Kind is not (JinjaTokenKind.BlockEnd or JinjaTokenKind.End))
        {
            if (assignments.Count > 0)
            {
                Expect(",");
            }

            var target = ParseSingleTarget();
            Expect("=");
            assignments.Add((target, _expressions.Parse()));
        }

        return new WithStatement(line, assignments, ParseBody("endwith"));
    }
}
