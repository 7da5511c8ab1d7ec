using System.Buffers;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Sse;

namespace Signalbox.Tests.Support;

/// <summary>What a stream amounts to, whatever protocol it came in.</summary>
internal sealed record Collected(
    string Text, string Reasoning, string Refusal, IReadOnlyList<(string Id, string Name, string Arguments)> Calls,
    ChatFinishReason? Finish, UsageDetails? Usage, bool IsFinished, GatewayError? Error);

/// <summary>Drives stream readers and writers in memory.</summary>
internal static class Streams
{
    /// <summary>Reads a recorded or written stream with a dialect's reader, in pieces of <paramref name="pieceSize"/> bytes.</summary>
    public static Collected Collect(IDialect dialect, byte[] stream, int pieceSize = int.MaxValue, StreamFraming? framing = null)
    {
        var reader = dialect.CreateStreamReader();
        return Summarise(ReadUpdates(reader, framing ?? dialect.Framing, stream, pieceSize), reader);
    }

    public static List<ChatResponseUpdate> ReadUpdates(AnswerStreamReader reader, StreamFraming framing, byte[] stream, int pieceSize = int.MaxValue)
    {
        var scanner = new FrameScanner(framing);
        var updates = new List<ChatResponseUpdate>();
        var start = 0;
        for (var arrived = Math.Min((long)pieceSize, stream.Length); ; arrived = Math.Min(arrived + pieceSize, stream.Length))
        {
            var atEnd = arrived == stream.Length;
            while (reader.Error is null && scanner.TryNext(stream.AsSpan(start, (int)arrived - start), atEnd, out var frame))
            {
                if (!frame.Data.IsEmpty)
                {
                    reader.Read(frame.EventName, frame.Data, updates);
                }

                start += frame.Raw.Length;
            }

            if (atEnd)
            {
                reader.End(updates);
                return updates;
            }
        }
    }

    /// <summary>Writes updates as a caller's stream, cleanly ended.</summary>
    public static byte[] Write(AnswerStreamWriter writer, IEnumerable<ChatResponseUpdate> updates)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var update in updates)
        {
            writer.Write(update, output);
        }

        writer.Complete(output);
        return output.WrittenSpan.ToArray();
    }

    public static Collected Summarise(IEnumerable<ChatResponseUpdate> updates, AnswerStreamReader reader)
    {
        string text = "", reasoning = "", refusal = "";
        var calls = new SortedDictionary<int, (string Id, string Name, string Arguments)>();
        ChatFinishReason? finish = null;
        UsageDetails? usage = null;
        foreach (var update in updates)
        {
            finish = update.FinishReason ?? finish;
            foreach (var content in update.Contents)
            {
                switch (content)
                {
                    case TextContent t: text += t.Text; break;
                    case TextReasoningContent r: reasoning += r.Text; break;
                    case ErrorContent e: refusal += e.Message; break;
                    case UsageContent u: usage = u.Details; break;
                    case ToolCallDelta d:
                        var call = calls.GetValueOrDefault(d.Index, ("", "", ""));
                        calls[d.Index] = (call.Item1 + d.CallId, call.Item2 + d.Name, call.Item3 + d.Arguments);
                        break;
                }
            }
        }

        return new Collected(text, reasoning, refusal, [.. calls.Values], finish, usage, reader.IsFinished, reader.Error);
    }
}
