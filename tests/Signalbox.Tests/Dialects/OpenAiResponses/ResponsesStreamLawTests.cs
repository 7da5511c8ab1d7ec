using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiResponses;

namespace Signalbox.Tests.Dialects.OpenAiResponses;

/// <summary>Whatever order updates come in, the written stream keeps the grammar and says what the updates said.</summary>
public class ResponsesStreamLawTests
{
    private static readonly string[] Fragments = ["{\"x\":", "\"a\\n", "é𝄞", "\"", "}"];

    private static readonly string[] Texts = ["a", " ", "\"", "\\", "\n", "\u0001", "é", "𝄞", "</s>", "{}"];

    [Fact]
    public void Any_order_of_updates_is_written_in_the_grammar_and_read_again_as_it_was()
    {
        var piece = Gen.Choose(0, 3).SelectMany(kind => Gen.Choose(0, 2).SelectMany(index => Gen.Elements(Texts).Select(text => new Piece(kind, index, text))));
        Prop.ForAll(piece.ArrayOf().ToArbitrary(), Holds).QuickCheckThrowOnFailure();
    }

    private static void Holds(Piece[] pieces)
    {
        var said = new Said();
        var updates = pieces.Select(said.Next).Where(content => content is not null).Select(content => new ChatResponseUpdate(ChatRole.Assistant, [content!])).ToList();
        updates.Add(new ChatResponseUpdate { FinishReason = said.Calls.Count > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop });

        var stream = Support.Streams.Write(ResponsesDialect.Instance.CreateStreamWriter(Responses.Context()), updates);
        ResponsesGrammar.Check(stream);
        var read = Support.Streams.Collect(ResponsesDialect.Instance, stream, pieceSize: 7);

        Assert.True(read.IsFinished);
        Assert.Equal((said.Text, said.Refusal, said.Reasoning), (read.Text, read.Refusal, read.Reasoning));
        Assert.Equal(said.Order.Select(index => ("call_" + index, "f" + index, said.Calls[index].Length == 0 ? "{}" : said.Calls[index])), read.Calls);
    }

    private sealed record Piece(int Kind, int Index, string Text);

    /// <summary>Turns pieces into contents and remembers what they add up to.</summary>
    private sealed class Said
    {
        private readonly int[] _given = new int[3];

        public string Text { get; private set; } = "";

        public string Refusal { get; private set; } = "";

        public string Reasoning { get; private set; } = "";

        public List<int> Order { get; } = [];

        public Dictionary<int, string> Calls { get; } = [];

        public AIContent? Next(Piece piece)
        {
            switch (piece.Kind)
            {
                case 0:
                    Text += piece.Text;
                    return new TextContent(piece.Text);
                case 1:
                    Refusal += piece.Text;
                    return new ErrorContent(piece.Text) { ErrorCode = Vocabulary.Refusal };
                case 2:
                    Reasoning += piece.Text;
                    return new TextReasoningContent(piece.Text);
                default:
                    return NextOfCall(piece.Index);
            }
        }

        /// <summary>Calls are numbered in the order in which they appear, as readers number them.</summary>
        private ToolCallDelta? NextOfCall(int call)
        {
            var position = Order.IndexOf(call);
            if (position < 0)
            {
                Order.Add(call);
                Calls[call] = "";
                return new ToolCallDelta(Order.Count - 1) { CallId = "call_" + call, Name = "f" + call, Arguments = "" };
            }

            if (_given[call] == Fragments.Length)
            {
                return null;
            }

            var fragment = Fragments[_given[call]++];
            Calls[call] += fragment;
            return new ToolCallDelta(position) { Arguments = fragment };
        }
    }
}
