using System.CommandLine;
using System.Text.Json;
using Signalbox.Configuration;
using Signalbox.Dialects.Json;
using Signalbox.Experiments;

namespace Signalbox.Server.Commands.Experiments;

/// <summary><c>route experiments</c>: what experiments have shown, from the data folder of a gateway that runs or ran.</summary>
internal static class RouteExperimentsCommand
{
    public static Command Create()
    {
        var route = new Argument<string?>("ROUTE") { Description = "One route's experiment; all when left out.", Arity = ArgumentArity.ZeroOrOne };
        var asJson = new Option<bool>("--json") { Description = "Print JSON, as GET /admin/experiments has it." };
        var command = new Command("experiments", "Shows what the experiments of routes with the strategy ab have shown so far: winner, loser or not yet. May be read at any time.") { route, asJson };
        var common = CommonOptions.AddTo(command);
        command.SetAction(parsed => Show(common.DataFolder(parsed), parsed.GetValue(route), parsed.GetValue(asJson)));
        return command;
    }

    private static int Show(string folder, string? route, bool asJson)
    {
        var problems = new List<string>();
        var all = ExperimentFile.Peek(folder, problems.Add);
        if (problems.Count > 0)
        {
            problems.ForEach(static problem => Console.Error.WriteLine("error: " + problem));
            return CommandLine.Failed;
        }

        var states = route is null ? all : [.. all.Where(state => state.Route == route)];
        if (route is not null && states.Count == 0)
        {
            var nearest = NearestName.Find(route, all.Select(static state => state.Route));
            return CommandLine.Refuse($"there is no experiment on a route '{route}' in {folder}.{(nearest is null ? "" : $" Did you mean '{nearest}'?")} A running gateway saves every ten seconds.");
        }

        var reports = states.Select(ExperimentEvaluation.Evaluate).ToList();
        if (asJson)
        {
            WriteJson(reports, route is not null);
        }
        else if (reports.Count == 0)
        {
            Console.WriteLine($"There are no experiments in {folder}. A route with the strategy ab and two models begins one; docs/experiments.md says how.");
        }
        else
        {
            reports.ForEach(ExperimentTable.ToOutput().Write);
        }

        return CommandLine.Done;
    }

    private static void WriteJson(IReadOnlyList<ExperimentReport> reports, bool isOne)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, JsonText.Compact with { Indented = true }))
        {
            if (isOne)
            {
                ExperimentJson.Write(json, reports[0]);
            }
            else
            {
                ExperimentJson.Write(json, reports);
            }
        }

        output.WriteByte((byte)'\n');
    }
}
