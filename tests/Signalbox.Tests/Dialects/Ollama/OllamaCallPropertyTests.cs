using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Ollama;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Dialects.Ollama;

public sealed class OllamaCallPropertyTests
{
    private static readonly string[] Arguments = ["{\"a\":[1,{\"b\":\"}{\"}]}", "{\"text\":\"é \\\" \\\\ 😀\",\"n\":-1.50e3}", "{}"];

    /// <summary>However the pieces of several calls are cut and mixed, each call is written whole and in the order of their start.</summary>
    [Fact]
    public void Calls_are_whole_however_their_pieces_are_cut_and_mixed() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        choices =>
        {
            var updates = Pieces(choices);
            var order = updates.SelectMany(update => update.Contents.Cast<ToolCallDelta>()).Where(piece => piece.CallId is not null).Select(piece => piece.Index);
            var written = Streams.Write(OllamaDialect.Instance.CreateStreamWriter(StreamChecks.Context()), updates);
            var read = Streams.Collect(OllamaDialect.Instance, written);
            return read.Calls.SequenceEqual(order.Select(index => ($"c{index}", $"f{index}", Arguments[index]))) && Encoding.UTF8.GetString(written).EndsWith('\n');
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static List<ChatResponseUpdate> Pieces(byte[] choices)
    {
        var positions = new int[Arguments.Length];
        var started = new bool[Arguments.Length];
        var updates = new List<ChatResponseUpdate>();
        foreach (var choice in choices)
        {
            var index = choice % Arguments.Length;
            var length = Math.Min(choice / Arguments.Length, Arguments[index].Length - positions[index]);
            updates.Add(Piece(index, started[index], Arguments[index].Substring(positions[index], length)));
            started[index] = true;
            positions[index] += length;
        }

        for (var index = 0; index < Arguments.Length; index++)
        {
            // What is left, in two pieces: the last may be empty.
            updates.Add(Piece(index, started[index], Arguments[index][positions[index]..]));
            updates.Add(Piece(index, started: true, ""));
        }

        return updates;
    }

    private static ChatResponseUpdate Piece(int index, bool started, string arguments) => new(ChatRole.Assistant,
        [started ? new ToolCallDelta(index) { Arguments = arguments } : new ToolCallDelta(index) { CallId = $"c{index}", Name = $"f{index}", Arguments = arguments }]);
}
