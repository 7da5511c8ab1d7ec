using Microsoft.Extensions.AI;
using Signalbox.Tests.Support;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>Recorded answers as a caller in this process gets them: in the vocabulary.</summary>
public sealed class VocabularyTrafficTests(ReplayBenches benches) : IClassFixture<ReplayBenches>
{
    [Fact]
    public async Task A_recorded_answer_reads_as_the_text_the_calls_the_finish_and_the_usage_that_it_states()
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var cells = Exchange.Load(answersOnly: true).Where(static exchange => exchange is { IsChat: true, Recording.Api: not "ollama_generate" });
        var findings = await benches.RunAsync(cells, static async (bench, exchange) =>
        {
            bench.Replay(exchange);
            using var client = new SignalboxChatClient(bench.Gateway.Runtime);
            var walked = exchange.Walk();
            var options = new ChatOptions { ModelId = exchange.CallerModel };
            ChatMessage[] question = [new(ChatRole.User, "Say hello.")];
            try
            {
                var response = exchange.IsStreamed
                    ? await client.GetStreamingResponseAsync(question, options, TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken)
                    : await client.GetResponseAsync(question, options, TestContext.Current.CancellationToken);
                return exchange.IsError || exchange.FailsInside
                    ? ["its error was lost: " + walked.Error]
                    : AnswerCheck.Differences(walked, VocabularyAnswers.Of(response), caller: null);
            }
            catch (SignalboxException e)
            {
                return (exchange.IsError || exchange.FailsInside) && e.Message.Contains(walked.Error ?? "", StringComparison.Ordinal) ? [] : [$"failed: {e.Message}, recorded error: {walked.Error}"];
            }
        });
        findings.MustBeClean("answers read into the vocabulary");
    }
}
