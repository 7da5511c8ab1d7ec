using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Dialects.Fields;
using Signalbox.Providers;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Pairs;

/// <summary>
/// The law of translation: a request that is read in one dialect, written in another and read again there says the same, but for what
/// the loss report names.
/// </summary>
public sealed class RequestPairTests
{
    private const int Cases = 300;

    private static readonly FieldLedger Ledger = FieldLedger.Load();

    /// <summary>A model that can do all that any can.</summary>
    private static readonly ModelCapabilities Capable = new()
    {
        Prefill = true, Reasoning = ReasoningKind.Budget, ReasoningOff = true, ParallelTools = true, MaxThinkingBudget = 64000,
    };

    public static TheoryData<string, string> Pairs =>
        [.. from source in DialectSet.All from target in DialectSet.All where source != target select (source.Name, target.Name)];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void What_a_translation_does_not_name_as_lost_arrives(string source, string target)
    {
        var refused = 0;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(20261121, 9973),
            Prop.ForAll(Conversations.All, conversation => { refused += Holds(conversation, DialectSet.Find(source)!, DialectSet.Find(target)!) ? 0 : 1; }));
        Assert.True(refused < Cases / 2, $"{refused} of {Cases} requests were refused: the law was hardly put to the test.");
    }

    /// <summary>False where the translation refuses the request.</summary>
    private static bool Holds(Conversation conversation, IDialect source, IDialect target)
    {
        var text = RequestBodies.Of(conversation, source.Name).ToJsonString();
        var request = Read(source, text, conversation["stream"] == "true");
        var losses = new LossReport();
        if (Ledger.AssessRequest(request.Body, source.Name, target.Name, losses).Count > 0)
        {
            return false;
        }

        var names = ToolNameMap.Create(request, target.Name);
        var outbound = new OutboundRequest
        {
            Request = names?.Apply(request) ?? request,
            Upstream = target.Name == "gemini" ? "gemini-2.5-pro" : "upstream",
            Capabilities = Capable,
            Differences = ProviderPresets.Of(target.Name == "openai-chat" ? "openai" : target.Name, target.Name),
            MaxOutputTokens = 64000,
            Losses = losses,
        };
        var written = StreamChecks.Json(json => target.WriteRequest(outbound, json));
        if (outbound.Refusal is not null)
        {
            return false;
        }

        var arrived = Read(target, written, request.Stream);
        Compare(request, names is null ? arrived : GivenNames(names, arrived), losses, source.Name, target.Name, text, written);
        return true;
    }

    private static DialectRequest Read(IDialect dialect, string body, bool stream)
    {
        var problems = new ReadProblems();
        var json = JsonDocument.Parse(body).RootElement;
        var request = dialect.ReadRequest(dialect.HasModelInBody ? new InboundRequest(json) : new InboundRequest(json, "m", stream), problems);
        Assert.True(request is not null, $"{dialect.Name} does not read {body}: {problems.Error}");
        return request;
    }

    private static void Compare(DialectRequest sent, DialectRequest arrived, LossReport losses, string source, string target, string text, string written)
    {
        var (before, after) = (RequestAspects.Of(sent), RequestAspects.Of(arrived));
        var lost = before.Keys.Union(after.Keys)
            .Where(aspect => before.GetValueOrDefault(aspect) != after.GetValueOrDefault(aspect) && !Excuses.Cover(losses, source, target, aspect))
            .Select(aspect => $"{aspect}: {before.GetValueOrDefault(aspect) ?? "nothing"} -> {after.GetValueOrDefault(aspect) ?? "nothing"}").ToList();
        Assert.True(lost.Count == 0, $"{string.Join('\n', lost)}\nreported: {losses.ToHeaderValue()}\nof: {text}\nas: {written}");
    }

    /// <summary>The tools' own names again, for all that a request says about tools.</summary>
    private static DialectRequest GivenNames(ToolNameMap names, DialectRequest request) => names.Inverse().Apply(request);
}
