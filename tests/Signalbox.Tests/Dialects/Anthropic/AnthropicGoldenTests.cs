using System.Text;
using Signalbox.Dialects;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Tests.Support;
using static Signalbox.Tests.Dialects.Anthropic.AnthropicHarness;

namespace Signalbox.Tests.Dialects.Anthropic;

/// <summary>One conversation in another protocol, and what it must be in this one, as files that can be read side by side.</summary>
public sealed class AnthropicGoldenTests
{
    private static readonly IDialect Other = OpenAiChatDialect.Instance;

    private static string Golden(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "tests", "Signalbox.Tests", "Dialects", "Anthropic", "Golden", name);
            if (File.Exists(file))
            {
                return File.ReadAllText(file);
            }
        }

        throw new FileNotFoundException(name);
    }

    [Fact]
    public void A_request_of_another_protocol_is_written_as_the_golden_file_says()
    {
        var problems = new ReadProblems();
        var request = Other.ReadRequest(new InboundRequest(Json(Golden("request.openai-chat.json"))), problems);
        Assert.Null(problems.Error);
        var outbound = Outbound(request!);
        Same(Golden("request.anthropic-messages.json"), Write(outbound));
        Assert.Equal(Golden("request.losses.txt").Trim(), outbound.Losses.ToHeaderValue());
        Assert.Null(outbound.Refusal);
    }

    [Fact]
    public void An_answer_of_another_protocol_is_written_as_the_golden_file_says()
    {
        var response = Other.ReadResponse(Json(Golden("answer.openai-chat.json")), new ReadProblems());
        Same(Golden("answer.anthropic-messages.json"), WriteAnswer(response!));
    }

    [Fact]
    public void A_stream_of_another_protocol_is_written_byte_for_byte_as_the_golden_file_says()
    {
        var updates = Streams.ReadUpdates(Other.CreateStreamReader(), StreamFraming.Sse, Encoding.UTF8.GetBytes(Golden("stream.openai-chat.sse")));
        var written = Streams.Write(Dialect.CreateStreamWriter(Context(estimate: 90)), updates);
        Assert.Equal(Golden("stream.anthropic-messages.sse"), Encoding.UTF8.GetString(written));
    }
}
