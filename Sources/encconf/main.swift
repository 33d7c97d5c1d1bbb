import EncconfCommands

Encconf.start()
