using System.CommandLine;

namespace Signalbox.Server.Commands.Routes;

/// <summary><c>route</c>: what works with routing decisions and with what they are learned from.</summary>
internal static class RouteCommand
{
    public static Command Create()
    {
        var command = new Command("route", "Explains, evaluates and trains routing.");
        command.Subcommands.Add(RouteExplainCommand.Create());
        command.Subcommands.Add(RouteEvalCommand.Create());
        command.Subcommands.Add(RouteTrainCommand.Create());
        command.Subcommands.Add(RouteTasksCommand.Create());
        return command;
    }
}
