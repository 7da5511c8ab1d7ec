using System.CommandLine;
using Signalbox.Server.Commands.Experiments;

namespace Signalbox.Server.Commands.Routes;

/// <summary><c>route</c>: what works with routing decisions and with what they are learned from.</summary>
internal static class RouteCommand
{
    public static Command Create()
    {
        var command = new Command("route", "Explains, evaluates and trains routing; shows experiments.");
        command.Subcommands.Add(RouteExplainCommand.Create());
        command.Subcommands.Add(RouteEvalCommand.Create());
        command.Subcommands.Add(RouteTrainCommand.Create());
        command.Subcommands.Add(RouteTasksCommand.Create());
        command.Subcommands.Add(RouteExperimentsCommand.Create());
        return command;
    }
}
