using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Pairs;

/// <summary>An answer that a dialect writes and reads again says the same, whether it is written whole or as a stream.</summary>
public sealed class AnswerLawTests
{
    private const int Cases = 400;

    private static readonly string[] Texts = ["Hello", " a\n", "é𝄞", "\"\\", "</s>", "\u0001\u2028", "{}", "data: x\n\n"];
    private static readonly string[] Arguments = ["{}", """{"city":"Bern"}""", """{"n":1.50,"deep":{"a":[1,null,true,"é𝄞"]},"":"\"\n"}"""];

    /// <summary>Counts that a protocol has no field for.</summary>
    private static readonly Dictionary<string, string> Uncounted = new() { ["ollama"] = "cached reasoning" };

    public static TheoryData<string> Names => [.. DialectSet.All.Select(dialect => dialect.Name)];

    private static Gen<Answer> Any =>
        from reasoning in Gen.Elements("", "Hm.\n", "é𝄞")
        from texts in Gen.Elements(Texts).ListOf()
        from calls in Gen.Elements(Arguments).ListOf()
        from end in Gen.Elements(ChatFinishReason.Stop, ChatFinishReason.Length, ChatFinishReason.ContentFilter)
        from counts in Gen.Choose(1, 1000).ArrayOf(4)
        from cut in Gen.Choose(1, 9)
        select new Answer(reasoning, string.Concat(texts.Take(4)), [.. calls.Take(3)], calls.Count > 0 ? ChatFinishReason.ToolCalls : end, counts, cut);

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_written_whole_or_as_a_stream_is_read_as_it_was(string name)
    {
        var dialect = DialectSet.Find(name)!;
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Cases).WithReplay(20261121, 9973),
            Prop.ForAll(Any.ToArbitrary(), answer => Holds(answer, dialect)));
    }

    private static void Holds(Answer answer, IDialect dialect)
    {
        var written = StreamChecks.Json(json => dialect.WriteResponse(answer.Whole(), StreamChecks.Context(), json));
        var problems = new ReadProblems();
        var read = dialect.ReadResponse(JsonDocument.Parse(written).RootElement, problems);
        Assert.True(read is not null, $"{written}: {problems.Error}");
        var contents = read.Messages[0].Contents;
        Compare(
            answer, dialect,
            string.Concat(contents.OfType<TextReasoningContent>().Select(content => content.Text)), read.Text,
            [.. contents.OfType<FunctionCallContent>().Select(call => (call.CallId, call.Name, Contents.ArgumentsText(call)))], (read.FinishReason, read.Usage));

        var stream = Streams.Write(dialect.CreateStreamWriter(StreamChecks.Context()), answer.Pieces());
        var streamed = Streams.Collect(dialect, stream);
        Assert.True(streamed is { IsFinished: true, Error: null }, streamed.ToString());
        Compare(answer, dialect, streamed.Reasoning, streamed.Text, [.. streamed.Calls], (streamed.Finish, streamed.Usage));
    }

    private static void Compare(
        Answer answer, IDialect dialect, string reasoning, string text, (string Id, string Name, string Arguments)[] calls, (ChatFinishReason? Finish, UsageDetails? Usage) end)
    {
        Assert.Equal(answer.Reasoning, reasoning);
        Assert.Equal(answer.Text, text);
        Assert.Equal(answer.Calls.Select((_, i) => (answer.IdOf(i), answer.NameOf(i))), calls.Select(call => (call.Id, call.Name)));
        foreach (var (sent, arrived) in answer.Calls.Zip(calls))
        {
            StreamChecks.SameJson(sent, arrived.Arguments);
        }

        // Ollama's words for the end are stop and length.
        var finish = dialect.Name == "ollama" && answer.Finish == ChatFinishReason.ContentFilter ? ChatFinishReason.Stop : answer.Finish;
        Assert.Equal(finish, end.Finish);
        var (sentUsage, uncounted) = (answer.Usage, Uncounted.GetValueOrDefault(dialect.Name, ""));
        Assert.Equal((sentUsage.InputTokenCount, sentUsage.OutputTokenCount), (end.Usage?.InputTokenCount, end.Usage?.OutputTokenCount));
        Assert.Equal(uncounted.Contains("cached", StringComparison.Ordinal) ? 0 : sentUsage.CachedInputTokenCount, end.Usage?.CachedInputTokenCount ?? 0);
        Assert.Equal(uncounted.Contains("reasoning", StringComparison.Ordinal) ? 0 : sentUsage.ReasoningTokenCount, end.Usage?.ReasoningTokenCount ?? 0);
    }

    private sealed record Answer(string Reasoning, string Text, string[] Calls, ChatFinishReason Finish, int[] Counts, int Cut)
    {
        /// <summary>Cached tokens are part of the input, reasoning of the output.</summary>
        public UsageDetails Usage => new()
        {
            InputTokenCount = Counts[0] + Counts[1], CachedInputTokenCount = Counts[1], OutputTokenCount = Counts[2] + Counts[3], ReasoningTokenCount = Counts[3],
            TotalTokenCount = Counts.Sum(),
        };

        public string IdOf(int call) => $"call_{call}";

        public string NameOf(int call) => $"tool_{call % 2}";

        public ChatResponse Whole()
        {
            var contents = new List<AIContent>();
            if (Reasoning.Length > 0)
            {
                contents.Add(new TextReasoningContent(Reasoning));
            }

            if (Text.Length > 0)
            {
                contents.Add(new TextContent(Text));
            }

            contents.AddRange(Calls.Select((arguments, i) => Contents.ToolCall(IdOf(i), NameOf(i), arguments)));
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, contents)) { FinishReason = Finish, Usage = Usage };
        }

        public IEnumerable<ChatResponseUpdate> Pieces()
        {
            var contents = Cuts(Reasoning).Select(AIContent (piece) => new TextReasoningContent(piece))
                .Concat(Cuts(Text).Select(piece => new TextContent(piece)))
                .Concat(Calls.SelectMany((arguments, i) => Cuts(arguments).Select((piece, at) => new ToolCallDelta(i)
                {
                    CallId = at == 0 ? IdOf(i) : null, Name = at == 0 ? NameOf(i) : null, Arguments = piece,
                })));
            foreach (var content in contents)
            {
                yield return new ChatResponseUpdate(ChatRole.Assistant, [content]);
            }

            yield return new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(Usage)]) { FinishReason = Finish };
        }

        /// <summary>Pieces of some characters; never half of one.</summary>
        private IEnumerable<string> Cuts(string text)
        {
            for (var start = 0; start < text.Length;)
            {
                var length = Math.Min(Cut, text.Length - start);
                length += char.IsHighSurrogate(text[start + length - 1]) ? 1 : 0;
                yield return text.Substring(start, length);
                start += length;
            }
        }
    }
}
