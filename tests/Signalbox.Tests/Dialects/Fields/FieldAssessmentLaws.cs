using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Signalbox.Dialects;
using Signalbox.Dialects.Fields;

namespace Signalbox.Tests.Dialects.Fields;

public sealed class FieldAssessmentLaws
{
    private static readonly string[] Words =
        ["\"auto\"", "\"none\"", "\"text\"", "\"\"", "\"\\r\\nx: y\"", "\"\\ud83d\\ude42;,\"", "1", "0", "-1.5e3", "true", "false", "null", "[]", "{}"];

    private readonly FieldLedger _ledger = FieldLedger.Load();
    private int _bodiesWithLoss;

    [Fact]
    public void No_body_breaks_the_walk_or_the_header()
    {
        foreach (var source in FieldLedger.Dialects)
        {
            var names = _ledger.RowsOf(source, FieldDirection.Request, FieldOperation.Chat).SelectMany(row => row.Path.Steps)
                .Select(step => step.Text.TrimEnd('*')).Where(text => text.Length > 0).Append("invented").Append("in;ven,ted \\r\\n").Distinct().ToArray();
            var bodies = Arb.From(Body(names, 5));
            Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(bodies, body => Holds(body, source)));
        }

        Assert.True(_bodiesWithLoss > 100, $"Only {_bodiesWithLoss} bodies lost anything: the law was not put to the test.");
    }

    private bool Holds(string body, string source)
    {
        foreach (var target in _ledger.TargetsOf(source, FieldOperation.Chat))
        {
            var losses = new LossReport();
            var refused = _ledger.AssessRequest(JsonDocument.Parse(body).RootElement, source, target, losses);
            var header = losses.ToHeaderValue();
            _bodiesWithLoss += losses.IsEmpty ? 0 : 1;
            var isSafe = header.Length <= LossReport.MaxHeaderLength && header.All(character => character is >= ' ' and < (char)127);
            var isNamedOnce = losses.Losses.Select(loss => loss.Field).Distinct().Count() == losses.Count;
            if (!isSafe || !isNamedOnce || refused.Any(field => field.Reason.Length == 0))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>JSON of the names that the dialect knows, nested as it comes.</summary>
    private static Gen<string> Body(string[] names, int depth)
    {
        if (depth == 0)
        {
            return Gen.Elements(Words);
        }

        var inner = Body(names, depth - 1);
        var member = Gen.Elements(names).SelectMany(name => inner.Select(value => (name, value)));
        var type = Gen.Elements(names).Select(name => ("type", $"\"{name}\""));
        var members = Gen.OneOf(member, member, member, type).ListOf(6).Select(list => "{" + string.Join(",", list.DistinctBy(pair => pair.Item1).Select(pair => $"\"{pair.Item1}\":{pair.Item2}")) + "}");
        var items = inner.ListOf(3).Select(list => "[" + string.Join(",", list) + "]");
        return Gen.OneOf(Gen.Elements(Words), members, members, members, items);
    }
}
