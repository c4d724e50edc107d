"""What fault_server.py is made of: answers, one dialect for each API, the scenarios, proxies, certificates.
"""
