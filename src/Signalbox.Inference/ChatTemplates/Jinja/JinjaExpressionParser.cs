namespace Signalbox.Inference.ChatTemplates.Jinja;

/// <summary>
/// Expressions in Jinja's order of binding: condition, or, and, not, comparison, + and -, ~, * / // %, **, sign, filters and tests,
/// attributes, items and calls. Signs of one kind bind to the left, ** too. Source: the behaviour of Jinja 3.1.
/// </summary>
internal sealed partial class JinjaExpressionParser(JinjaParser parser)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    public JinjaExpression Parse(bool conditional = true)
    {
        if (!parser.Enter())
        {
            return new LiteralExpression(null);
        }

        var value = conditional ? ParseConditional() : ParseOr();
        parser.Leave();
        return value;
    }

    /// <summary>One expression, or several with commas: a tuple.</summary>
    public JinjaExpression ParseTuple(bool conditional = true, bool inParentheses = false)
    {
        if (inParentheses && parser.Current.IsOperator(")"))
        {
            return new ListExpression([], isTuple: true);
        }

        var first = Parse(conditional);
        if (!parser.Current.IsOperator(","))
        {
            return first;
        }

        var items = new List<JinjaExpression> { first };
        while (parser.Skip(",") && !IsTupleEnd())
        {
            items.Add(Parse(conditional));
        }

        return new ListExpression(items, isTuple: true);
    }

    /// <summary>A call with one more named argument.</summary>
    public JinjaExpression ParseCall((string, JinjaExpression) extra)
    {
        JinjaExpression target = new NameExpression(parser.ExpectName());
        while (parser.Skip("."))
        {
            target = new AttributeExpression(target, parser.ExpectName());
        }

        return new CallExpression(target, ParseArguments(extra));
    }

    /// <summary>Filters behind a value.</summary>
    public JinjaExpression ParseFilters(JinjaExpression value, bool startsWithName)
    {
        while (startsWithName || parser.Skip("|"))
        {
            startsWithName = false;
            var name = ParseDottedName();
            var arguments = parser.Current.IsOperator("(") ? ParseArguments() : ArgumentList.Empty;
            // One that is not known only matters where it is reached, as in Jinja: templates ask for others' filters in branches of their own.
            var filter = JinjaFilters.All.GetValueOrDefault(name) ?? ((run, _, _) => run.Fail($"the filter '{name}' is not supported"));
            value = new FilterExpression(value, filter, arguments);
        }

        return value;
    }

    private bool IsTupleEnd() => parser.Current.Kind is JinjaTokenKind.VariableEnd or JinjaTokenKind.BlockEnd or JinjaTokenKind.End || parser.Current.IsOperator(")");

    private JinjaExpression ParseConditional()
    {
        var value = ParseOr();
        while (parser.SkipName("if"))
        {
            var test = ParseOr();
            value = new ConditionalExpression(test, value, parser.SkipName("else") ? Parse() : null);
        }

        return value;
    }

    private JinjaExpression ParseOr()
    {
        var left = ParseAnd();
        while (parser.SkipName("or"))
        {
            left = new LogicExpression(isAnd: false, left, ParseAnd());
        }

        return left;
    }

    private JinjaExpression ParseAnd()
    {
        var left = ParseNot();
        while (parser.SkipName("and"))
        {
            left = new LogicExpression(isAnd: true, left, ParseNot());
        }

        return left;
    }

    private JinjaExpression ParseNot()
    {
        var negations = 0;
        while (parser.SkipName("not"))
        {
            negations++;
        }

        var value = ParseCompare();
        return negations == 0 ? value : negations % 2 == 1 ? new NotExpression(value) : new NotExpression(new NotExpression(value));
    }

    private JinjaExpression ParseCompare()
    {
        var first = ParseSum();
        var others = new List<(string, JinjaExpression)>();
        while (true)
        {
            if (parser.Current.Kind == JinjaTokenKind.Operator && Comparisons.Contains(parser.Current.Value))
            {
                var sign = parser.Next().Value;
                others.Add((sign, ParseSum()));
            }
            else if (parser.SkipName("in"))
            {
                others.Add(("in", ParseSum()));
            }
            else if (parser.Current.IsName("not") && parser.Following.IsName("in"))
            {
                parser.Next();
                parser.Next();
                others.Add(("not in", ParseSum()));
            }
            else
            {
                return others.Count == 0 ? first : new CompareExpression(first, others);
            }
        }
    }

    private JinjaExpression ParseSum()
    {
        var left = ParseConcat();
        while (parser.Current.IsOperator("+") || parser.Current.IsOperator("-"))
        {
            left = new BinaryExpression(parser.Next().Value, left, ParseConcat());
        }

        return left;
    }

    private JinjaExpression ParseConcat()
    {
        var first = ParseProduct();
        if (!parser.Current.IsOperator("~"))
        {
            return first;
        }

        var parts = new List<JinjaExpression> { first };
        while (parser.Skip("~"))
        {
            parts.Add(ParseProduct());
        }

        return new ConcatExpression(parts);
    }

    private JinjaExpression ParseProduct()
    {
        var left = ParsePower();
        while (parser.Current.Kind == JinjaTokenKind.Operator && parser.Current.Value is "*" or "/" or "//" or "%")
        {
            left = new BinaryExpression(parser.Next().Value, left, ParsePower());
        }

        return left;
    }

    private JinjaExpression ParsePower()
    {
        var left = ParseSigned(filters: true);
        while (parser.Skip("**"))
        {
            left = new BinaryExpression("**", left, ParseSigned(filters: true));
        }

        return left;
    }

    private JinjaExpression ParseSigned(bool filters)
    {
        JinjaExpression value;
        if ((parser.Current.IsOperator("-") || parser.Current.IsOperator("+")) && parser.Enter())
        {
            var negative = parser.Next().Value == "-";
            value = new SignExpression(ParseSigned(filters: false), negative);
            parser.Leave();
        }
        else
        {
            value = ParsePrimary();
        }

        value = ParsePostfix(value);
        return filters ? ParseFiltersAndTests(value) : value;
    }

    private JinjaExpression ParseFiltersAndTests(JinjaExpression value)
    {
        while (true)
        {
            if (parser.Current.IsOperator("|"))
            {
                value = ParseFilters(value, startsWithName: false);
            }
            else if (parser.SkipName("is"))
            {
                value = ParseTest(value);
            }
            else if (parser.Current.IsOperator("("))
            {
                value = new CallExpression(value, ParseArguments());
            }
            else
            {
                return value;
            }
        }
    }

    private JinjaExpression ParseTest(JinjaExpression value)
    {
        var negated = parser.SkipName("not");
        var name = ParseDottedName();
        var arguments = ArgumentList.Empty;
        var current = parser.Current;
        if (current.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (current.Kind is JinjaTokenKind.Text or JinjaTokenKind.Integer or JinjaTokenKind.Float
            || current.IsOperator("[") || current.IsOperator("{")
            || (current.Kind == JinjaTokenKind.Name && current.Value is not ("else" or "or" or "and")))
        {
            // A condition behind a test must not be taken for its argument; Jinja itself refuses a second test.
            if (current.Value is "is" or "if" && current.Kind == JinjaTokenKind.Name)
            {
                if (current.Value == "is")
                {
                    parser.Fail("tests cannot follow one another");
                }
            }
            else
            {
                arguments = new ArgumentList([ParsePostfix(ParsePrimary())], []);
            }
        }

        var test = JinjaTests.All.GetValueOrDefault(name) ?? ((run, _, _) => run.Fail($"the test '{name}' is not supported") is not null);
        return new TestExpression(value, test, arguments, negated);
    }

    private string ParseDottedName()
    {
        var name = parser.ExpectName();
        while (parser.Skip("."))
        {
            name += "." + parser.ExpectName();
        }

        return name;
    }
}
