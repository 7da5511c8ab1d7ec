using Signalbox.Bench.Gateway.Processes;

namespace Signalbox.Bench.Gateway.Parts;

/// <summary>A wrong answer can be very fast. Before anything is timed, every kind of request is asked once and looked at.</summary>
internal static class AnswerCheck
{
    public static async Task RunAsync(Proxy proxy, bool translates, CancellationToken cancellationToken)
    {
        using var probe = new HttpProbe();
        var complete = await probe.AskAsync(proxy.Relayed(Providers.Complete), cancellationToken);
        Require(complete, Payloads.FirstWord, 1);
        Require(complete, "\"usage\"", 1);

        var stream = await probe.AskAsync(proxy.Relayed(Providers.Burst), cancellationToken);
        Require(stream, "\"content\":\" ", Payloads.ContentEvents - 1);
        Require(stream, "data: [DONE]", 1);
        if (!translates)
        {
            return;
        }

        var message = await probe.AskAsync(proxy.Translated(Providers.Complete), cancellationToken);
        Require(message, Payloads.FirstWord, 1);
        Require(message, "\"end_turn\"", 1);

        var events = await probe.AskAsync(proxy.Translated(Providers.Burst), cancellationToken);
        Require(events, "\"text_delta\"", Payloads.ContentEvents);
        Require(events, "event: message_stop", 1);
    }

    private static void Require(string answer, string text, int times)
    {
        var found = answer.Split(text).Length - 1;
        if (found != times)
        {
            throw new BenchException($"An answer should have {text} {times} times, it has it {found} times:\n{answer[..Math.Min(answer.Length, 2000)]}");
        }
    }
}
