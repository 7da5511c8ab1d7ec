using System.CommandLine;

namespace Signalbox.Server.Commands.Models;

internal static class ModelScoreCommand
{
    public static Command Create() => new("score", "x");
}
