using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Tests.Support;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>Recorded answers as clients of the other four dialects get them.</summary>
public sealed class TranslatedAnswersTests(ReplayBenches benches) : IClassFixture<ReplayBenches>
{
    [Fact]
    public async Task A_recorded_answer_says_the_same_in_every_other_dialect()
    {
        Assert.SkipWhen(Recordings.Folder is null, Recordings.Missing);
        var cells = from exchange in Exchange.Load(answersOnly: true)
                    where exchange is { IsChat: true, Recording.Api: not "ollama_generate" }
                    from caller in Wire.All
                    where caller != exchange.Wire
                    select new Cell(exchange, caller);
        var findings = await benches.RunAsync(cells, static async (bench, cell) =>
        {
            var (exchange, caller) = cell;
            var isStream = exchange.IsStreamed;
            var question = Encoding.UTF8.GetBytes(caller.Request(exchange.CallerModel, isStream));
            var answer = await bench.AskAsync(exchange, caller.Path(exchange.CallerModel, isStream), question);
            var walked = exchange.Walk();
            return exchange.IsError || exchange.FailsInside ? CheckError(cell, answer, walked.Error ?? "") : CheckAnswer(cell, answer, walked);
        });
        findings.MustBeClean("translated answers");
    }

    private static List<string> CheckAnswer(Cell cell, CallerAnswer answer, Answer walked)
    {
        if (answer.Status != 200)
        {
            return [$"status {answer.Status}: {answer.Text}"];
        }

        var actual = cell.Caller.Walk(answer, cell.Exchange.IsStreamed);
        var problems = AnswerCheck.Differences(walked, actual, cell.Caller).ToList();
        if (actual.Error is not null || !actual.HasCleanEnd || answer.Broke)
        {
            problems.Add($"no clean end: {actual.Error}");
        }

        return problems;
    }

    private static List<string> CheckError(Cell cell, CallerAnswer answer, string recorded)
    {
        var problems = new List<string>();
        if (answer.Status == 200)
        {
            var actual = cell.Caller.Walk(answer, cell.Exchange.IsStreamed);
            if (actual.HasCleanEnd || actual.Error?.Contains(recorded, StringComparison.Ordinal) != true)
            {
                problems.Add($"the error '{recorded}' became '{actual.Error}', clean end: {actual.HasCleanEnd}");
            }

            return problems;
        }

        if (!cell.Caller.ErrorMessage(answer).Contains(recorded, StringComparison.Ordinal))
        {
            problems.Add($"the error '{recorded}' became '{cell.Caller.ErrorMessage(answer)}'");
        }

        if (answer.ErrorWord is null)
        {
            problems.Add("x-signalbox-error is missing");
        }

        if (cell.Exchange.IsError && answer.Status != cell.Exchange.Recording.Status)
        {
            problems.Add($"status {answer.Status} instead of {cell.Exchange.Recording.Status}");
        }

        return problems;
    }

    private sealed record Cell(Exchange Exchange, Wire Caller)
    {
        public override string ToString() => $"{Exchange} > {Caller}";
    }
}
