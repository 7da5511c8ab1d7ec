using System.Globalization;
using System.Text;

namespace Signalbox.Inference.ChatTemplates.Jinja;

// Literals, names, lists and dicts, and what stands right behind them.
internal sealed partial class JinjaExpressionParser
{
    private JinjaExpression ParsePostfix(JinjaExpression value)
    {
        while (true)
        {
            if (parser.Skip("."))
            {
                value = parser.Current.Kind == JinjaTokenKind.Integer ? new ItemExpression(value, ParsePrimary()) : new AttributeExpression(value, parser.ExpectName());
            }
            else if (parser.Skip("["))
            {
                value = ParseItem(value);
                parser.Expect("]");
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

    private JinjaExpression ParseItem(JinjaExpression target)
    {
        var start = parser.Current.IsOperator(":") ? null : Parse();
        if (!parser.Skip(":"))
        {
            return new ItemExpression(target, start!);
        }

        var stop = parser.Current.IsOperator(":") || parser.Current.IsOperator("]") ? null : Parse();
        var step = parser.Skip(":") && !parser.Current.IsOperator("]") ? Parse() : null;
        return new SliceExpression(target, start, stop, step);
    }

    private ArgumentList ParseArguments(params ReadOnlySpan<(string, JinjaExpression)> extra)
    {
        var positional = new List<JinjaExpression>();
        var named = new List<(string, JinjaExpression)>();
        named.AddRange(extra);
        parser.Expect("(");
        while (!parser.Current.IsOperator(")") && parser.Current.Kind != JinjaTokenKind.End)
        {
            if (parser.Current.Kind == JinjaTokenKind.Name && parser.Following.IsOperator("="))
            {
                var name = parser.Next().Value;
                parser.Next();
                named.Add((name, Parse()));
            }
            else if (named.Count > extra.Length)
            {
                parser.Fail("an argument without a name follows one with a name");
            }
            else
            {
                positional.Add(Parse());
            }

            if (!parser.Current.IsOperator(")"))
            {
                parser.Expect(",");
            }
        }

        parser.Expect(")");
        return positional.Count == 0 && named.Count == 0 ? ArgumentList.Empty : new ArgumentList(positional, named);
    }

    private JinjaExpression ParsePrimary()
    {
        var token = parser.Next();
        switch (token.Kind)
        {
            case JinjaTokenKind.Name:
                return token.Value switch
                {
                    "true" or "True" => new LiteralExpression(true),
                    "false" or "False" => new LiteralExpression(false),
                    "none" or "None" => new LiteralExpression(null),
                    _ => new NameExpression(token.Value),
                };
            case JinjaTokenKind.Text:
                var text = new StringBuilder(token.Value);
                while (parser.Current.Kind == JinjaTokenKind.Text)
                {
                    text.Append(parser.Next().Value);
                }

                return new LiteralExpression(text.ToString());
            case JinjaTokenKind.Integer when long.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var integer):
                return new LiteralExpression(integer);
            case JinjaTokenKind.Float when double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number):
                return new LiteralExpression(number);
            case JinjaTokenKind.Operator when token.Value == "(":
                var inner = ParseTuple(inParentheses: true);
                parser.Expect(")");
                return inner;
            case JinjaTokenKind.Operator when token.Value == "[":
                return new ListExpression(ParseItems(), isTuple: false);
            case JinjaTokenKind.Operator when token.Value == "{":
                return ParseMap();
            default:
                parser.Fail("an expression is expected");
                return new LiteralExpression(null);
        }
    }

    private List<JinjaExpression> ParseItems()
    {
        var items = new List<JinjaExpression>();
        while (!parser.Current.IsOperator("]") && parser.Current.Kind != JinjaTokenKind.End)
        {
            items.Add(Parse());
            if (!parser.Current.IsOperator("]"))
            {
                parser.Expect(",");
            }
        }

        parser.Expect("]");
        return items;
    }

    private MapExpression ParseMap()
    {
        var pairs = new List<(JinjaExpression, JinjaExpression)>();
        while (!parser.Current.IsOperator("}") && parser.Current.Kind != JinjaTokenKind.End)
        {
            var key = Parse();
            parser.Expect(":");
            pairs.Add((key, Parse()));
            if (!parser.Current.IsOperator("}"))
            {
                parser.Expect(",");
            }
        }

        parser.Expect("}");
        return new MapExpression(pairs);
    }
}
